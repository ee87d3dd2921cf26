package draft

import (
	"strconv"
	"strings"
)

func itoa(i int) string { return strconv.Itoa(i) }

// under is the path of what stands at a key within path.
func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// pathKey is a key as it is written in a path: what has a meaning there is escaped.
func pathKey(name string) string {
	var b strings.Builder
	for i, r := range name {
		if strings.ContainsRune(`.*?|#@!{}[]()=<>%\`, r) || i == 0 && strings.ContainsRune(`:~^"'`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
