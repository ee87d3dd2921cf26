package ci

import (
	"strings"
	"testing"
)

// Each image that we make has our licence, and those of what its program links.
func TestImagesHaveNotices(t *testing.T) {
	names := MustFiles(t, "*/Dockerfile")
	if len(names) == 0 {
		t.Fatal("there is no Dockerfile: the pattern is wrong")
	}
	for _, name := range names {
		text := MustRead(t, name)
		for _, want := range []string{"\nRUN go run /notices/main.go /notices/text.go -C ", "\nCOPY LICENSE /LICENSE\n", "\nCOPY --from=build /out/NOTICES.txt /NOTICES.txt\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no line %q", name, strings.TrimSpace(want))
			}
		}
	}
	ignored := MustRead(t, ".dockerignore")
	for _, want := range []string{"\n!.ci/notices\n", "\n!LICENSE\n"} {
		if !strings.Contains(ignored, want) {
			t.Errorf(".dockerignore has no line %q", strings.TrimSpace(want))
		}
	}
}
