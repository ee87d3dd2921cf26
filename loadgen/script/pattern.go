package script

import (
	"regexp"
	"sync"
)

// maxPatterns is how many regular expressions are kept that were read while the test runs.
const maxPatterns = 1000

// patterns are those regular expressions.
var patterns patternCache

type patternCache struct {
	mu    sync.RWMutex
	known map[string]*regexp.Regexp
}

// read reads a pattern, once.
func (c *patternCache) read(pattern string) (*regexp.Regexp, error) {
	c.mu.RLock()
	re := c.known[pattern]
	c.mu.RUnlock()
	if re != nil {
		return re, nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxPatterns {
		c.known = map[string]*regexp.Regexp{}
	}
	c.known[pattern] = re
	return re, nil
}
