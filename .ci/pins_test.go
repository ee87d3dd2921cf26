package ci

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What the workflows run of others is named by its commit, which can't be moved as a tag can; the comment says which
// version that is, for people and for Renovate.
func TestActionsArePinned(t *testing.T) {
	uses := regexp.MustCompile(`(?m)uses:.*$`)
	pinned := regexp.MustCompile(`^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	ours := regexp.MustCompile(`^uses: \./`)
	versions := map[string]string{}
	for _, name := range MustFiles(t, ".github/workflows/*") {
		for _, line := range uses.FindAllString(MustRead(t, name), -1) {
			if !pinned.MatchString(line) && !ours.MatchString(line) {
				t.Errorf("%s: %s: want uses: OWNER/NAME@COMMIT # vX.Y.Z", name, line)
			}
			action, version, _ := strings.Cut(line, "@")
			if other, ok := versions[action]; ok && other != version {
				t.Errorf("%s: %s: another workflow has %s", name, line, other)
			}
			versions[action] = version
		}
	}
	if len(versions) == 0 {
		t.Error("the workflows use no action: the pattern is wrong")
	}
}

// Renovate's patterns find every image that compose.yml and the Dockerfiles name, and the toolchain.
func TestRenovateSeesThem(t *testing.T) {
	var config struct {
		CustomManagers []struct{ ManagerFilePatterns, MatchStrings []string }
	}
	if err := json.Unmarshal([]byte(MustRead(t, "renovate.json")), &config); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"compose.yml": 5, "foo/Dockerfile": 1, "bar/Dockerfile": 1, "loadgen/Dockerfile": 1, "collector/Dockerfile": 1, "go.work": 1}
	for name, want := range want {
		got := 0
		for _, m := range config.CustomManagers {
			if !slices.ContainsFunc(m.ManagerFilePatterns, func(p string) bool {
				return regexp.MustCompile(strings.Trim(p, "/")).MatchString(name)
			}) {
				continue
			}
			for _, s := range m.MatchStrings {
				got += len(regexp.MustCompile(s).FindAllString(MustRead(t, name), -1))
			}
		}
		if got != want {
			t.Errorf("%s: got %d matches, want %d", name, got, want)
		}
	}
}
