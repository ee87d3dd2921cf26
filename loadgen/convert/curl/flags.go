package curl

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/foobar/loadgen/convert/draft"
	"example.com/foobar/loadgen/load"
)

// flag is one of curl's.
type flag struct {
	value  bool // it takes one
	secret bool // its value may be one, and is not shown
	// set takes it over; reason says why it is left out. A flag with neither changes nothing of what is sent.
	set    func(r *reader, value word) error
	reason string
}

// letterNames are the flags of one letter.
var letterNames = map[byte]string{'X': "request", 'H': "header", 'd': "data", 'F': "form", 'u': "user", 'b': "cookie", 'A': "user-agent", 'e': "referer",
	'G': "get", 'I': "head", 'k': "insecure", 'L': "location", 'm': "max-time", 'x': "proxy", 'U': "proxy-user", 'T': "upload-file", 'E': "cert", ':': "next",
	'0': "http1.0", '1': "tlsv1", 'f': "fail", 'g': "globoff", 'Z': "parallel", 'r': "range", 'c': "cookie-jar", 'K': "config", 'o': "output", 'O': "remote-name",
	'J': "remote-header-name", 'D': "dump-header", 'w': "write-out", 's': "silent", 'S': "show-error", 'v': "verbose", 'i': "include", 'N': "no-buffer",
	'#': "progress-bar", 'q': "disable", 'n': "netrc", 'l': "list-only", 'R': "remote-time", 'C': "continue-at", 'y': "speed-time", 'Y': "speed-limit",
	'z': "time-cond", '4': "ipv4", '6': "ipv6", 'h': "help", 'V': "version", 'a': "append", 'B': "use-ascii", 'j': "junk-session-cookies", 'P': "ftp-port",
	'p': "proxytunnel", 'Q': "quote", 't': "telnet-option", 'M': "manual", '2': "sslv2", '3': "sslv3"}

// flagNamed is one of curl's flags, and whether there is one of that name.
func flagNamed(name string) (f flag, known bool) {
	flagsOnce.Do(makeFlags)
	f, known = flags[name]
	return f, known
}

// flags are curl's by name. They are made when they are first asked for.
var (
	flags     map[string]flag
	flagsOnce sync.Once
)

func makeFlags() {
	flags = map[string]flag{
		"request":        text(func(r *reader, v string) { r.request.method = v }),
		"url":            text(func(r *reader, v string) { r.request.urls = append(r.request.urls, v) }),
		"header":         {value: true, secret: true, set: (*reader).header},
		"data":           {value: true, secret: true, set: (*reader).data},
		"data-ascii":     {value: true, secret: true, set: (*reader).data},
		"data-raw":       {value: true, secret: true, set: (*reader).dataRaw},
		"data-binary":    {value: true, secret: true, set: (*reader).dataBinary},
		"data-urlencode": {value: true, secret: true, set: (*reader).dataURLEncode},
		"json":           {value: true, secret: true, set: (*reader).json},
		"form":           {value: true, secret: true, set: (*reader).form},
		"form-string":    {value: true, secret: true, set: (*reader).formString},
		"upload-file":    text(func(r *reader, v string) { r.request.upload = v }),
		"get":            on(func(r *reader) { r.request.get = true }),
		"head":           on(func(r *reader) { r.request.head = true }),
		"user":           {value: true, secret: true, set: plain(func(r *reader, v string) { r.request.user = v })},
		"digest":         on(func(r *reader) { r.request.digest = true }),
		"basic":          {},
		"oauth2-bearer":  {value: true, secret: true, set: plain(func(r *reader, v string) { r.request.bearer = v })},
		"cookie":         {value: true, secret: true, set: (*reader).cookie},
		"user-agent":     text(func(r *reader, v string) { r.addHeader("User-Agent", v) }),
		"referer":        text(func(r *reader, v string) { r.addHeader("Referer", strings.TrimSuffix(v, ";auto")) }),
		"range":          text(func(r *reader, v string) { r.addHeader("Range", "bytes="+v) }),
		"compressed":     on(func(r *reader) { r.request.compressed = true }),
		"location":       on(func(r *reader) { r.request.follow = true }),
		"max-redirs":     {value: true, set: (*reader).maxRedirects},
		"max-time":       {value: true, set: (*reader).maxTime},
		"fail":           on(func(r *reader) { r.request.fail = true }),
		"fail-with-body": on(func(r *reader) { r.request.fail = true }),
		"globoff":        on(func(r *reader) { r.request.noGlob = true }),
		"parallel":       on(func(r *reader) { r.parallel = true }),
		"next":           on(func(r *reader) { r.finish() }),
		"insecure":       on(func(r *reader) { r.draft.Options.InsecureSkipTLSVerify = new(true) }),
		"http1.1":        on(func(r *reader) { r.draft.Options.HTTPVersion = new("1.1") }),
		"http2":          on(func(r *reader) { r.draft.Options.HTTPVersion = new("2") }),
		"proxy":          {value: true, secret: true, set: (*reader).proxy},
		"noproxy":        {value: true, reason: "give the environment NO_PROXY instead"},
		"resolve":        {value: true, set: (*reader).resolve},
		"unix-socket":    text(func(r *reader, v string) { r.draft.Options.UnixSocket = new(v) }),
		"cacert":         {value: true, set: (*reader).caCert},
	}
	flags["location-trusted"] = flag{reason: "redirects are followed, and credentials go to no other host", set: nil}
	for reason, names := range without {
		for name := range strings.FieldsSeq(names) {
			bare, value := strings.CutSuffix(name, "=")
			flags[bare] = flag{value: value, reason: reason, secret: value}
		}
	}
}

// without are the flags that have no counterpart, by the reason that is told ("" changes nothing of what is sent); = stands behind
// the names of those that take a value.
var without = map[string]string{
	"": `silent show-error verbose include no-buffer progress-bar no-progress-meter progress-meter output= remote-name remote-name-all remote-header-name
		dump-header= write-out= stderr= trace= trace-ascii= trace-time trace-ids trace-config= create-dirs create-file-mode= output-dir= disable styled-output
		remote-time fail-early max-filesize= speed-time= speed-limit= keepalive keepalive-time= keepalive-cnt= tcp-nodelay tcp-fastopen buffer no-clobber
		clobber skip-existing remove-on-error parallel-immediate parallel-max= help= version manual libcurl= rate= connect-timeout= expect100-timeout=
		happy-eyeballs-timeout-ms= ipv4 ipv6 suppress-connect-headers xattr alpn npn sessionid tr-encoding= use-ascii junk-session-cookies cookie-jar=
		tls-max= tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 http1.0 http0.9 http2-prior-knowledge http3 http3-only post301 post302 post303 raw crlf curves= path-as-is
		false-start ssl ssl-reqd variable= url-query-none list-only append ca-native disallow-username-in-url out-null`,
	"a step is sent once, whatever it comes to":                "retry= retry-all-errors retry-connrefused retry-delay= retry-max-time=",
	"give the command -cert and -key":                          "cert= cert-type= key= key-type= pass=",
	"this way to say who asks is not known here":               "ntlm ntlm-wb negotiate anyauth aws-sigv4= delegation= krb= login-options= sasl-authzid= sasl-ir netrc netrc-file= netrc-optional",
	"of proxies only HTTP ones without headers are known here": "proxy-user= proxy-basic proxy-digest proxy-ntlm proxy-negotiate proxy-anyauth proxy-header= proxy-insecure proxy-cacert= proxy-capath= proxy-cert= proxy-key= proxy-pass= preproxy= socks4= socks4a= socks5= socks5-hostname= proxy1.0= proxytunnel haproxy-protocol haproxy-clientip= proxy-http2",
	"give the command -dns and -resolve":                       "dns-servers= dns-interface= dns-ipv4-addr= dns-ipv6-addr= doh-url= doh-insecure doh-cert-status connect-to=",
	"give the command -local-ips":                              "interface= local-port=",
	"other options than those of the command can't be read":    "config=",
	"it is not HTTP's":                                         "ftp-port= quote= telnet-option= mail-from= mail-rcpt= mail-auth= tftp-blksize= ftp-pasv ftp-create-dirs ftp-method= ftp-account= ssh-compression pubkey= hostpubmd5= hostpubsha256= compressed-ssh",
	"there is nothing like it here": "time-cond= continue-at= limit-rate= ciphers= tls13-ciphers= crlfile= capath= cert-status engine= pinnedpubkey= abstract-unix-socket= etag-save= etag-compare= request-target= hsts= alt-svc= ech= url-query= " +
		"expand-data= form-escape ignore-content-length metalink random-file= egd-file= tlsuser= tlspassword= tlsauthtype= sslv2 sslv3 dump-ca-embed",
}

func text(set func(r *reader, v string)) flag { return flag{value: true, set: plain(set)} }

func plain(set func(r *reader, v string)) func(*reader, word) error {
	return func(r *reader, v word) error { set(r, v.text); return nil }
}

func on(set func(r *reader)) flag {
	return flag{set: func(r *reader, _ word) error { set(r); return nil }}
}

func (r *reader) maxRedirects(v word) error {
	n, err := strconv.Atoi(v.text)
	if err != nil || n < -1 {
		return errors.New("it is no number")
	}
	if n == -1 {
		n = 50
	}
	r.request.redirects = &n
	return nil
}

func (r *reader) maxTime(v word) error {
	seconds, err := strconv.ParseFloat(v.text, 64)
	if err != nil || seconds < 0 || seconds > 1e6 {
		return errors.New("it is no number of seconds")
	}
	r.request.timeout = load.Duration(seconds * float64(time.Second))
	return nil
}

func (r *reader) proxy(v word) error {
	raw := v.text
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || draft.HasMark(raw) {
		return errors.New("of proxies only HTTP ones are known here")
	}
	if u.User != nil {
		return errors.New("its password would stand in the file: give the command -proxy")
	}
	r.draft.Options.Proxy = &raw
	return nil
}

func (r *reader) resolve(v word) error {
	host, rest, _ := strings.Cut(strings.TrimLeft(v.text, "+-"), ":")
	port, address, found := strings.Cut(rest, ":")
	address, _, _ = strings.Cut(strings.Trim(address, "[]"), ",")
	if !found || host == "" || host == "*" || address == "" {
		return errors.New("want HOST:PORT:ADDRESS")
	}
	if r.draft.Options.Hosts == nil {
		r.draft.Options.Hosts = map[string]string{}
	}
	r.draft.Options.Hosts[host+":"+port] = address
	return nil
}

func (r *reader) caCert(v word) error {
	pem, err := r.file(v.text)
	if err != nil {
		return fmt.Errorf("%w; give the command -cacert", err)
	}
	r.draft.Options.TLSCA = &pem
	return nil
}
