package command

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// parrot repeats all that it is told, in its answer's headers and body.
func parrot(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Set-Cookie", "session="+r.Header.Get("X-Api-Key"))
	w.Header().Set("X-Said", r.Header.Get("Authorization"))
	w.Header().Set("Location", r.URL.String())
	if r.URL.Path == "/moved" {
		w.Header().Set("Location", "/?"+r.URL.RawQuery)
		w.WriteHeader(http.StatusFound)
	}
	body, _ := io.ReadAll(r.Body)
	user, password, _ := r.BasicAuth()
	answer, _ := json.Marshal(map[string]any{"user": user, "said": password, "body": string(body), "token": r.Header.Get("X-Api-Key")})
	fmt.Fprintf(w, "%s\n%s\n%s\n", r.RequestURI, answer, r.Header)
}

// TestPlantedSecret gives a secret in every way there is, and finds it in no output of any kind.
func TestPlantedSecret(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(parrot))
	defer site.Close()
	host := strings.TrimPrefix(site.URL, "http://")
	for i, planted := range []string{"s3cr%zz-hunter2", "pass word-77", `quo"te\s-7777`, "x:y;z&w=1-at@b"} {
		text, _ := json.Marshal(planted)
		inJSON := string(text[1 : len(text)-1])
		escaped := url.PathEscape(planted)
		file := func(format string, args ...any) []string {
			name := filepath.Join(t.TempDir(), "test.json")
			if err := os.WriteFile(name, []byte(fmt.Sprintf(format, args...)), 0o600); err != nil {
				t.Fatal(err)
			}
			return []string{"-config", name}
		}
		for name, args := range map[string][]string{
			"bearer":          {"-bearer", planted, site.URL},
			"basic":           {"-basic-auth", "ann:" + planted, site.URL},
			"header":          {"-H", "X-Api-Key: " + planted, site.URL},
			"cookie":          {"-H", "Cookie: a=" + planted, site.URL},
			"headerForm":      {"-H", "X-Api-Key " + planted, site.URL},
			"user":            {"http://ann:" + url.QueryEscape(planted) + "@" + host + "/moved"},
			"userVaries":      {"-i", "2", "http://ann:" + url.QueryEscape(planted) + "@" + host + "/${iteration}"},
			"userRaw":         {"http://ann:" + planted + "@" + host},
			"userNoScheme":    {"ann:" + planted + "@" + host},
			"twoURLs":         {site.URL, "http://ann:" + planted + "@" + host},
			"query":           {site.URL + "/moved?api_key=" + url.QueryEscape(planted)},
			"queryVaries":     {"-i", "2", site.URL + "/${iteration}?token=" + url.QueryEscape(planted)},
			"proxy":           {"-proxy", "http://ann:" + escaped + "@" + host, "http://nowhere.test/"},
			"proxyRaw":        {"-proxy", "http://ann:" + planted + "@" + host, "http://nowhere.test/"},
			"proxyNoScheme":   {"-proxy", "ann:" + planted + "@" + host, site.URL},
			"bodyJSON":        {"-body", `{"password":"` + inJSON + `"}`, "-check-body-contains", `"password":"` + inJSON, site.URL},
			"bodyForm":        {"-body", "a=1&password=" + url.QueryEscape(planted), site.URL},
			"env":             {"-env", "API_TOKEN=" + planted, "-H", "X-Api-Key: ${env.API_TOKEN}", site.URL},
			"envForm":         {"-env", planted, site.URL},
			"checkHeader":     {"-check-header", "X-Api-Key: " + planted, site.URL},
			"checkJSON":       {"-check-json", "a.token=" + planted, site.URL},
			"curlUser":        {"-u", "ann:" + planted, site.URL},
			"curlUserJoined":  {"-uann:" + planted, site.URL},
			"curlData":        {"-d", "password=" + planted, site.URL},
			"heyAuth":         {"-a", "ann:" + planted, site.URL},
			"fileHeader":      file(`{"requests":[{"url":"%s","headers":{"Authorization":"Bearer %s"}}]}`, site.URL, inJSON),
			"fileJSON":        file(`{"requests":[{"url":"%s","json":{"a":[{"password":"%s"}]}}]}`, site.URL, inJSON),
			"fileBody":        file(`{"requests":[{"url":"%s","body":"{\"secret\":\"%s\"}"}]}`, site.URL, strings.ReplaceAll(inJSON, `\`, `\\`)),
			"fileBasic":       file(`{"requests":[{"url":"%s","basic":"ann:%s"}]}`, site.URL, inJSON),
			"fileQuery":       file(`{"requests":[{"url":"%s/${vu}?access_token=%s"}]}`, site.URL, url.QueryEscape(planted)),
			"fileUser":        file(`{"requests":[{"url":"http://ann:%s@%s/${vu}"}]}`, inJSON, host),
			"fileProxy":       file(`{"proxy":"http://ann:%s@%s","requests":[{"url":"http://a.test/"}]}`, inJSON, host),
			"fileScenarioEnv": file(`{"scenarios":{"a":{"executor":"per-vu-iterations","env":{"PASSWORD":"%s"}}},"requests":[{"url":"%s","basic":"ann:${env.PASSWORD}"}]}`, inJSON, site.URL),
			"fileTag":         file(`{"tags":{"token":"%s"},"requests":[{"url":"%s"}]}`, inJSON, site.URL),
		} {
			t.Run(fmt.Sprint(name, i), func(t *testing.T) {
				plantedNowhere(t, planted, args)
			})
		}
	}
}

// plantedNowhere runs the command, and looks at all that it says and writes.
func plantedNowhere(t *testing.T, planted string, args []string) {
	dir := t.TempDir()
	all, export := filepath.Join(dir, "all.json"), filepath.Join(dir, "export.json")
	junit, markdown := filepath.Join(dir, "junit.xml"), filepath.Join(dir, "report.md")
	more := []string{"-http-debug=full", "-summary-json", all, "-summary-export", export, "-junit", junit, "-summary-markdown", markdown, "-timeout", "10s"}
	var said, inspected bytes.Buffer
	Run(context.Background(), nil, append(more, args...), []string{"NO_PROXY=", "GITHUB_ACTIONS=true"}, &said, &said)
	Run(context.Background(), nil, append([]string{"inspect"}, args...), nil, &inspected, &inspected)
	files := ""
	for _, name := range []string{all, export, junit, markdown} {
		b, _ := os.ReadFile(name) // there is none of a test that could not begin
		files += string(b)
	}
	text, _ := json.Marshal(planted)
	quoted := strconv.Quote(planted)
	var inXML strings.Builder
	xml.EscapeText(&inXML, []byte(planted))
	forms := []string{planted, url.QueryEscape(planted), url.PathEscape(planted), string(text[1 : len(text)-1]), quoted[1 : len(quoted)-1],
		inXML.String(), html.EscapeString(planted), strings.ReplaceAll(planted, "%", "%25"),
		base64.StdEncoding.EncodeToString([]byte(planted)), base64.StdEncoding.EncodeToString([]byte("ann:" + planted))}
	for where, output := range map[string]string{"what is said": said.String(), "inspect": inspected.String(), "the files": files} {
		for _, form := range forms {
			if strings.Contains(output, form) {
				t.Fatalf("%q has %q in %s:\n%s", args, form, where, output)
			}
		}
	}
}
