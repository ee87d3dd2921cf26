package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// root is the repository's root, seen from this folder.
const root = ".."

// composeFile is what the tests read of compose.yml.
type composeFile struct {
	Services map[string]composeService
}

type composeService struct {
	Image       string
	User        string
	Privileged  bool
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	CapAdd      []string `yaml:"cap_add"`
	SecurityOpt []string `yaml:"security_opt"`
	NetworkMode string   `yaml:"network_mode"`
	PID         string   `yaml:"pid"`
	MemLimit    string   `yaml:"mem_limit"`
	Restart     string
	Ports       []string
	Volumes     []string
	Profiles    []string
	Environment map[string]string
	Build       struct {
		Context    string
		Dockerfile string
		Args       map[string]string
	}
	Healthcheck *struct{ Test []string }
	Deploy      struct{ Replicas string }
	Develop     struct {
		Watch []struct{ Action, Path string }
	}
}

// MustCompose reads compose.yml without filling in variables.
func MustCompose(tb testing.TB) composeFile {
	tb.Helper()
	var file composeFile
	if err := yaml.Unmarshal(MustRead(tb, "compose.yml"), &file); err != nil {
		tb.Fatal(err)
	}
	return file
}

// MustRead reads a file of the repository.
func MustRead(tb testing.TB, path string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// running are the services that `docker compose up` starts.
func (f composeFile) running() map[string]composeService {
	running := map[string]composeService{}
	for name, service := range f.Services {
		if len(service.Profiles) == 0 {
			running[name] = service
		}
	}
	return running
}

func TestComposeIsHardened(t *testing.T) {
	for name, service := range MustCompose(t).Services {
		if name == "collector-image" { // built, never started
			continue
		}
		t.Run(name, func(t *testing.T) { checkHardened(t, service) })
	}
}

func checkHardened(t *testing.T, s composeService) {
	if s.Privileged || len(s.CapAdd) > 0 || s.NetworkMode != "" || s.PID != "" {
		t.Error("it has privileges or shares the host's namespaces")
	}
	if len(s.CapDrop) != 1 || s.CapDrop[0] != "ALL" {
		t.Errorf("cap_drop %v, want [ALL]", s.CapDrop)
	}
	if !s.ReadOnly {
		t.Error("its file system is writable")
	}
	if len(s.SecurityOpt) != 1 || s.SecurityOpt[0] != "no-new-privileges:true" {
		t.Errorf("security_opt %v, want no-new-privileges", s.SecurityOpt)
	}
	if s.User == "" || strings.HasPrefix(s.User, "0") || s.User == "root" {
		t.Errorf("user %q, want one that is not root", s.User)
	}
	if s.MemLimit == "" || s.Restart == "" {
		t.Errorf("mem_limit %q, restart %q, want both", s.MemLimit, s.Restart)
	}
	for _, port := range s.Ports {
		if !strings.HasPrefix(port, "${BIND:-127.0.0.1}:") {
			t.Errorf("port %s is not bound to ${BIND:-127.0.0.1}", port)
		}
	}
	for _, volume := range s.Volumes {
		if strings.Contains(volume, "docker.sock") {
			t.Error("it holds the engine's socket")
		}
		if strings.HasPrefix(volume, "./") && !strings.HasSuffix(volume, ":ro") {
			t.Errorf("volume %s is writable", volume)
		}
	}
}

func TestComposeChecksHealth(t *testing.T) {
	for name, service := range MustCompose(t).running() {
		if name == "demo" { // it serves nobody
			continue
		}
		if service.Healthcheck == nil || len(service.Healthcheck.Test) < 2 || service.Healthcheck.Test[0] != "CMD" {
			t.Errorf("%s: no health check that runs a program", name)
		}
	}
}

// TestComposeImages finds images without a version and its digest, or that no variable overrides.
func TestComposeImages(t *testing.T) {
	pinned := regexp.MustCompile(`^\$\{[A-Z]+_IMAGE:-[a-z/-]+:(v?\d+\.\d+\.\d+@sha256:[0-9a-f]{64}|local)\}$`)
	for name, service := range MustCompose(t).Services {
		if name != "collector-image" && !pinned.MatchString(service.Image) {
			t.Errorf("%s: image %s, want ${NAME_IMAGE:-repository:version@digest}; deploy/digests writes digests", name, service.Image)
		}
	}
}

// TestCollectorVersion compares the stock image with the modules that the configuration is tested with.
func TestCollectorVersion(t *testing.T) {
	image := tagOf(defaultOf(MustCompose(t).Services["otel-collector"].Image))
	_, version, _ := strings.Cut(image, ":")
	if want := "go.opentelemetry.io/collector/otelcol v" + version + "\n"; !strings.Contains(string(MustRead(t, "collector/go.mod")), want) {
		t.Errorf("compose.yml pins %s; collector/go.mod has no line %q", image, want)
	}
}

// TestPublishedPorts lists what can be reached from outside the compose network: the
// admin listeners and the Collector's pages are not among it.
func TestPublishedPorts(t *testing.T) {
	want := map[string][]string{
		"foo": {"5100:5000"}, "otel-collector": {"4317:4317", "4318:4318"},
		"tempo": {"3200:3200"}, "prometheus": {"9090:9090"}, "grafana": {"3000:3000"},
	}
	port := regexp.MustCompile(`\$\{[A-Z_]+_PORT:-(\d+)\}(:\d+)$`)
	for name, service := range MustCompose(t).Services {
		var got []string
		for _, p := range service.Ports {
			if m := port.FindStringSubmatch(p); m != nil {
				got = append(got, m[1]+m[2])
			} else {
				t.Errorf("%s: port %s can't be changed by a variable", name, p)
			}
		}
		if strings.Join(got, " ") != strings.Join(want[name], " ") {
			t.Errorf("%s publishes %v, want %v", name, got, want[name])
		}
	}
}

// TestCases compares the cases with what each is to be.
func TestCases(t *testing.T) {
	tests := []struct{ name, percentage, disabled string }{
		{"case_1", "20", "false"},
		{"case_2", "40", "false"},
		{"case_3", "", "true"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := MustEnv(t, "deploy/cases/"+test.name+".env")
			if got["SAMPLING_PERCENTAGE"] != test.percentage || got["OTEL_SDK_DISABLED"] != test.disabled {
				t.Errorf("got %v, want SAMPLING_PERCENTAGE %q and OTEL_SDK_DISABLED %q", got, test.percentage, test.disabled)
			}
			if got["DEMO"] != "0" {
				t.Errorf("got DEMO=%q, want 0: nothing else makes load in a case", got["DEMO"])
			}
			file := string(MustRead(t, "compose.yml"))
			for name := range got {
				if !strings.Contains(file, "${"+name+":-") {
					t.Errorf("compose.yml doesn't read %s", name)
				}
			}
		})
	}
}

// TestDemo: without a case there is load to look at, gentle and for ever.
func TestDemo(t *testing.T) {
	file := MustCompose(t)
	demo, running := file.running()["demo"]
	if !running || demo.Deploy.Replicas != "${DEMO:-1}" || demo.Restart != "unless-stopped" {
		t.Errorf("got %+v, want a service that docker compose up starts, unless DEMO is 0", demo)
	}
	if demo.Image != file.Services["loadgen"].Image {
		t.Errorf("got the image %s, want loadgen's", demo.Image)
	}
}

// TestWatch compares what docker compose watch looks at with what the Dockerfile copies.
func TestWatch(t *testing.T) {
	copied := regexp.MustCompile(`(?m)^COPY ([a-z]+) [a-z]+$`)
	for _, name := range []string{"foo", "bar"} {
		watched := map[string]bool{}
		for _, w := range MustCompose(t).Services[name].Develop.Watch {
			watched[w.Path] = w.Action == "rebuild"
		}
		matches := copied.FindAllStringSubmatch(string(MustRead(t, name+"/Dockerfile")), -1)
		for _, m := range matches {
			if !watched[m[1]] {
				t.Errorf("%s: its Dockerfile copies %s, which isn't watched", name, m[1])
			}
		}
		if len(matches) != len(watched) {
			t.Errorf("%s: watches %v, its Dockerfile copies %v", name, watched, matches)
		}
	}
}

// TestExplore: a trace's link to metrics leads to Explore, which a viewer may open only so.
func TestExplore(t *testing.T) {
	env := MustCompose(t).Services["grafana"].Environment
	if env["GF_AUTH_ANONYMOUS_ORG_ROLE"] != "Viewer" || env["GF_USERS_VIEWERS_CAN_EDIT"] != "true" {
		t.Errorf("got the role %q, viewers_can_edit %q, want Viewer and true", env["GF_AUTH_ANONYMOUS_ORG_ROLE"], env["GF_USERS_VIEWERS_CAN_EDIT"])
	}
}

// MustEnv reads a file of NAME=value lines.
func MustEnv(tb testing.TB, path string) map[string]string {
	tb.Helper()
	values := map[string]string{}
	for line := range strings.Lines(string(MustRead(tb, path))) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			values[name] = value
		}
	}
	return values
}
