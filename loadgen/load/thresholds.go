package load

func validateThresholds(o Options) error { return nil }
