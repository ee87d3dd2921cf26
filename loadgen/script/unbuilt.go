package script

// unbuilt tells the keys of a step that nothing is done with yet.
func (c *compiler) unbuilt(s Step, path string) {
	for key, given := range map[string]bool{"if": s.If != "", "else": s.Else != nil, "weight": s.Weight != nil, "query": s.Query != nil, "cookies": s.Cookies != nil,
		"form": s.Form != nil, "multipart": s.Multipart != nil, "digest": s.Digest != "", "compress": s.Compress != "", "record": s.Record != nil, "until": s.Until != ""} {
		if given {
			c.fail(path+"."+key, "not yet")
		}
	}
}

// unbuilt tells the keys of a script that nothing is done with yet.
func (s *Script) unbuilt(c *compiler) {
	for key, given := range map[string]bool{"include": s.Include != nil, "baseURL": s.BaseURL != "", "defaults": s.Defaults != nil, "metrics": s.Metrics != nil,
		"setup": s.Setup != nil, "teardown": s.Teardown != nil} {
		if given {
			c.fail(key, "not yet")
		}
	}
}
