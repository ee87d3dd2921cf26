package golang

// helperText are functions that a program has when it uses them.
var helperText = map[string]string{
	"number": `// number is the number that a text says, 0 if it says none.
func number(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64)
	return f
}`,
	"truth": `// truth says whether a text stands for something that is true.
func truth(s string) bool { return s != "" && s != "false" && s != "0" && s != "null" }`,
	"matched": `// matched is the first group of what an expression matches in a body, or all of it when it has none; empty without a match.
func matched(res *load.Response, expression string) string {
	m := regexp.MustCompile(expression).FindSubmatch(res.Body)
	if m == nil {
		return ""
	}
	return string(m[min(1, len(m)-1)])
}`,
	"length": `// length is how many values a list of JSON has, or how many characters a text.
func length(s string) int64 {
	if list := gjson.Parse(s); list.IsArray() {
		return int64(len(list.Array()))
	}
	return int64(utf8.RuneCountInString(s))
}`,
	"or": `// or is a, or b if a is empty.
func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}`,
	"compare": `// compare compares numbers where both are, texts otherwise.
func compare(a, b string) int {
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err == nil && err2 == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}`,
	"choose": `// choose is one of two values.
func choose[T any](ok bool, yes, no T) T {
	if ok {
		return yes
	}
	return no
}`,
	"isIn": `// isIn says whether a value is in a list of JSON, or in a text.
func isIn(part, whole string) bool {
	var list []any
	if json.Unmarshal([]byte(whole), &list) != nil {
		return strings.Contains(whole, part)
	}
	return slices.ContainsFunc(list, func(one any) bool { return fmt.Sprint(one) == part })
}`,
	"uuid": `// uuid is a random UUID, from the user's random numbers.
func uuid(vu *load.VU) string {
	a, b := vu.Rand().Uint64(), vu.Rand().Uint64()
	a, b = a&^0xf000|0x4000, b&^(3<<62)|1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", a>>32, a>>16&0xffff, a&0xffff, b>>48, b&(1<<48-1))
}`,
	"item": `// item is one of several values.
func item(vu *load.VU, all ...string) string { return all[vu.Rand().IntN(len(all))] }`,
	"whole": `// whole is a whole number from least to most, both included.
func whole(vu *load.VU, least, most int64) int64 { return least + vu.Rand().Int64N(most-least+1) }`,
	"text": `// text is a text of n characters of an alphabet.
func text(vu *load.VU, n int64, alphabet string) string {
	all, out := []rune(alphabet), make([]rune, n)
	for i := range out {
		out[i] = all[vu.Rand().IntN(len(all))]
	}
	return string(out)
}`,
	"jsonText": `// jsonText is a text as JSON writes it, with its quotes.
func jsonText(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}`,
	"inJSON": `// inJSON is a text as it stands between the quotes of JSON.
func inJSON(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}`,
	"errorText": `// errorText is what an error says, empty for none.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}`,
	"cookie": `// cookie is the value of a cookie that a response sets.
func cookie(res *load.Response, name string) string {
	for _, c := range res.Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}`,
	"sha256Hex": `// sha256Hex is the SHA-256 of a text, in hexadecimal digits.
func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}`,
	"md5Hex": `// md5Hex is the MD5 of a text, in hexadecimal digits.
func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}`,
	"hmacHex": `// hmacHex signs a text with a key by SHA-256, in hexadecimal digits.
func hmacHex(s, key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(s))
	return hex.EncodeToString(mac.Sum(nil))
}`,
	"unbase64": `// unbase64 is what a text in base64 says.
func unbase64(s string) string {
	b, _ := base64.StdEncoding.DecodeString(s)
	return string(b)
}`,
	"header": `// header is the value of a header, its lines joined, and whether it is there.
func header(res *load.Response, name string) (value string, there bool) {
	lines := res.Headers().Values(name)
	return strings.Join(lines, ", "), len(lines) > 0
}`,
	"headerIs": `// headerIs says whether a header is there and has that value.
func headerIs(res *load.Response, name, want string) bool {
	value, there := header(res, name)
	return there && value == want
}`,
	"hasHeader": `// hasHeader says whether a header is there.
func hasHeader(res *load.Response, name string) bool {
	_, there := header(res, name)
	return there
}`,
	"needed": `// needed is a value of a response, without which the iteration fails.
func needed(vu *load.VU, what, value string, there bool) string {
	if !there {
		vu.Fail("the response has no " + what)
	}
	return value
}`,
	"jsonValue": `// jsonValue is what stands at a path, without which the iteration fails.
func jsonValue(vu *load.VU, res *load.Response, path string) string {
	value := res.Value(path)
	return needed(vu, "JSON value at "+path, value.String(), value.Exists())
}`,
	"headerValue": `// headerValue is the value of a header, without which the iteration fails.
func headerValue(vu *load.VU, res *load.Response, name string) string {
	value, there := header(res, name)
	return needed(vu, "header "+name, value, there)
}`,
	"cookieValue": `// cookieValue is a cookie that a response sets, without which the iteration fails.
func cookieValue(vu *load.VU, res *load.Response, name string) string {
	value := cookie(res, name)
	return needed(vu, "cookie "+name, value, value != "")
}`,
	"match": `// match is the first group of what an expression matches in a body, or all of it when it has none; without a match the iteration
// fails.
func match(vu *load.VU, res *load.Response, expression string) string {
	m := regexp.MustCompile(expression).FindSubmatch(res.Body)
	if m == nil {
		return needed(vu, "match of "+expression, "", false)
	}
	return string(m[min(1, len(m)-1)])
}`,
	"mustRead": `// mustRead is the content of a file.
func mustRead(name string) []byte {
	b, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	return b
}`,
	"list": `// list are the values of a list of JSON.
func list(text string) []string {
	var all []string
	for _, one := range gjson.Parse(text).Array() {
		all = append(all, one.String())
	}
	return all
}`,
	"rows": `// rows are data that all users share.
type rows struct {
	all  []map[string]string
	next atomic.Uint64
}

// take is the next row, and round again.
func (r *rows) take() map[string]string {
	return r.all[(r.next.Add(1)-1)%uint64(len(r.all))]
}`,
	"mustRows": `// mustRows reads rows of CSV, with a line of column names, or of JSON.
func mustRows(name string) *rows {
	text := mustRead(name)
	if strings.HasSuffix(name, ".json") {
		return jsonRows(string(text))
	}
	lines, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(lines) < 2 {
		log.Fatalf("%s has no rows: %v", name, err)
	}
	r := &rows{}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, column := range lines[0] {
			row[column] = line[i]
		}
		r.all = append(r.all, row)
	}
	return r
}`,
	"jsonRows": `// jsonRows are rows of a list of JSON: objects, or single values under the name "value".
func jsonRows(text string) *rows {
	r := &rows{}
	for _, one := range gjson.Parse(text).Array() {
		row := map[string]string{"value": one.String()}
		for key, value := range one.Map() {
			row[key] = value.String()
		}
		r.all = append(r.all, row)
	}
	if len(r.all) == 0 {
		log.Fatal("data without rows")
	}
	return r
}`,
}

// helperImports are what they import.
var helperImports = map[string][]string{"number": {"strconv"}, "compare": {"strconv", "strings", "cmp"}, "isIn": {"encoding/json", "fmt", "slices", "strings"}, "uuid": {"fmt"},
	"jsonText": {"encoding/json"}, "inJSON": {"encoding/json"}, "sha256Hex": {"crypto/sha256", "encoding/hex"}, "md5Hex": {"crypto/md5", "encoding/hex"},
	"hmacHex": {"crypto/hmac", "crypto/sha256", "encoding/hex"}, "unbase64": {"encoding/base64"}, "header": {"strings"}, "match": {"regexp"}, "length": {"github.com/tidwall/gjson", "unicode/utf8"}, "matched": {"regexp"}, "mustRead": {"os", "log"},
	"list": {"github.com/tidwall/gjson"}, "rows": {"sync/atomic"}, "mustRows": {"strings", "encoding/csv", "bytes", "log"},
	"jsonRows": {"github.com/tidwall/gjson", "log"}}

// helperNeeds are the other helpers that they call.
var helperNeeds = map[string][]string{"headerIs": {"header"}, "hasHeader": {"header"}, "jsonValue": {"needed"}, "headerValue": {"header", "needed"},
	"cookieValue": {"cookie", "needed"}, "match": {"needed"}, "mustRows": {"rows", "mustRead", "jsonRows"}, "jsonRows": {"rows"}}
