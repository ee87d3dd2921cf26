package command

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exampleSite is what the examples ask: it answers what it is asked rightly only.
func exampleSite() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		var who struct{ User, Password string }
		if err := json.NewDecoder(r.Body).Decode(&who); err != nil || who.User == "" || who.Password == "" {
			http.Error(w, "who?", http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `{"token": "of %s"}`, who.User)
	})
	known := func(of http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer of ") {
				http.Error(w, "log in", http.StatusUnauthorized)
				return
			}
			of(w, r)
		}
	}
	mux.HandleFunc("GET /items", known(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "[]") }))
	mux.HandleFunc("POST /orders", known(func(w http.ResponseWriter, r *http.Request) {
		var order struct {
			Item      int
			Reference string
		}
		if err := json.NewDecoder(r.Body).Decode(&order); err != nil || order.Item < 1 || len(order.Reference) != 36 {
			http.Error(w, "no order", http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"state": "open"}`)
	}))
	mux.HandleFunc("POST /graphql", graphql)
	mux.HandleFunc("POST /rpc", rpc)
	return mux
}

func graphql(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		OperationName, Query string
		Variables            struct {
			First   int
			Product string
		}
	}
	err := json.NewDecoder(r.Body).Decode(&asked)
	switch {
	case err == nil && asked.OperationName == "Products" && asked.Variables.First > 0 && strings.Contains(asked.Query, "\n"):
		io.WriteString(w, `{"data": {"products": [{"id": "p7", "name": "cup"}]}}`)
	case err == nil && asked.OperationName == "AddToCart" && asked.Variables.Product == "p7":
		io.WriteString(w, `{"data": {"addToCart": {"total": 3.5}}}`)
	default:
		io.WriteString(w, `{"errors": [{"message": "no"}]}`)
	}
}

func rpc(w http.ResponseWriter, r *http.Request) {
	type call struct {
		ID     json.Number
		Method string
		Params struct{ Account string }
	}
	answer := func(c call) string {
		if c.Method != "balance" || c.Params.Account == "" {
			return `{"jsonrpc": "2.0", "error": {"code": -32601}}`
		}
		return fmt.Sprintf(`{"jsonrpc": "2.0", "id": %s, "result": {"balance": 12}}`, c.ID)
	}
	body, _ := io.ReadAll(r.Body)
	var one call
	if json.Unmarshal(body, &one) == nil {
		io.WriteString(w, answer(one))
		return
	}
	var several []call
	if err := json.Unmarshal(body, &several); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var answers []string
	for _, c := range several {
		answers = append(answers, answer(c))
	}
	io.WriteString(w, "["+strings.Join(answers, ",")+"]")
}

// Each example runs, and all of its checks hold.
func TestExamples(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(exampleSite())
	t.Cleanup(server.Close)
	files, err := filepath.Glob("../examples/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("got %d examples, %v", len(files), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			var stdout, stderr strings.Builder
			code := Run(t.Context(), nil, []string{"-config", name, "-env", "URL=" + server.URL, "-vus", "2", "-i", "8", "-threshold", "checks:rate==1"}, nil, &stdout, &stderr)
			if code != exitOK {
				t.Errorf("got exit code %d: %s\n%s", code, &stderr, &stdout)
			}
			if !strings.Contains(stdout.String(), "checks.........................: 100.00%") {
				t.Errorf("got %s", &stdout)
			}
		})
	}
}

// The example of users who log in once is as short as is said of it.
func TestLoginOnceIsShort(t *testing.T) {
	text, err := os.ReadFile("../examples/login-once.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n > 30 {
		t.Errorf("got %d lines, want at most 30", n)
	}
}
