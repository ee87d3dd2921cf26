package secret

import (
	"net/url"
	"strings"
)

// user is what stands for a user and a password in a URL, as in k6's tags.
const user = "****:****@"

// URL is a URL without user, password and the secrets of its query. It need be no valid one: of what can't be read nothing
// is left that may be a password.
func URL(raw string) string {
	head, rest := "", raw
	if i := strings.Index(raw, "://"); i >= 0 && !strings.ContainsAny(raw[:i], "@?#") {
		head, rest = raw[:i+3], raw[i+3:]
	} else if strings.HasPrefix(raw, "//") {
		head, rest = raw[:2], raw[2:]
	}
	return head + query(authority(raw, rest))
}

// authority hides who asks in rest, which is raw without its scheme.
func authority(raw, rest string) string {
	if !strings.Contains(rest, "@") {
		return rest
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@')
	if at < 0 && !readable(raw) {
		at = strings.LastIndexByte(rest, '@') // a password with a slash in it, say
	}
	if at < 0 || IsTemplate(rest[:at]) {
		return rest
	}
	return user + rest[at+1:]
}

// readable says whether the parts of a URL are known. What has variables in it is looked at as if they were words.
func readable(raw string) bool {
	u, err := url.Parse(variables.ReplaceAllString(raw, "1"))
	return err == nil && u.Opaque == ""
}

// query hides the secrets among name=value pairs behind the first ? or #.
func query(v string) string {
	start := strings.IndexAny(v, "?#")
	if start < 0 || !strings.Contains(v[start:], "=") {
		return v
	}
	return v[:start+1] + Pairs(v[start+1:])
}

// Pairs hides the secrets among pairs such as a=1&b=2.
func Pairs(v string) string {
	var b strings.Builder
	for v != "" {
		end := strings.IndexAny(v, "&;?#")
		if end < 0 {
			end = len(v)
		}
		b.WriteString(pair(v[:end]))
		if end < len(v) {
			b.WriteByte(v[end])
			end++
		}
		v = v[end:]
	}
	return b.String()
}

func pair(v string) string {
	name, value, found := strings.Cut(v, "=")
	if !found || value == "" {
		return v
	}
	plain := name
	if strings.Contains(name, "%") {
		if decoded, err := url.QueryUnescape(name); err == nil {
			plain = decoded
		}
	}
	if strings.EqualFold(plain, "key") || Named(plain) {
		return name + "=" + Hide(value)
	}
	return v
}

// InURL are the secrets of a URL: its user with the password, the password, and those of its query.
func InURL(raw string) []string {
	var found []string
	shown := URL(raw)
	if shown == raw {
		return nil
	}
	rest := raw
	if i := strings.Index(raw, "://"); i >= 0 {
		rest = raw[i+3:]
	}
	if kept := authority(raw, rest); kept != rest {
		who := strings.TrimSuffix(rest, strings.TrimPrefix(kept, user))
		who = strings.TrimSuffix(who, "@")
		found = append(found, who) // it may be repeated as basic authentication, as a whole
		if _, password, both := strings.Cut(who, ":"); both {
			found = append(found, password)
		}
	}
	if _, pairs, asked := strings.Cut(raw, "?"); asked {
		for one := range strings.FieldsFuncSeq(pairs, func(r rune) bool { return strings.ContainsRune("&;?#", r) }) {
			if pair(one) != one {
				_, value, _ := strings.Cut(one, "=")
				found = append(found, value)
			}
		}
	}
	return found
}
