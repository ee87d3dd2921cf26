package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// MustImages makes every image that compose.yml names: ours by Docker Compose from
// the shipped Dockerfiles, the others as stand-ins under their public names. An image
// that the engine already has is left as it is, except for ours.
func (s *system) MustImages() {
	s.tb.Helper()
	var inParallel sync.WaitGroup
	inParallel.Go(s.installCompose)
	s.makeBase()
	inParallel.Wait()
	if s.tb.Failed() {
		s.tb.FailNow()
	}
	images := s.images()
	s.useTags()
	s.makeGo(images["GO_IMAGE"])
	s.makePrometheus(images["prometheus"])
	if os.Getenv("FOOBAR_E2E_BUILD") == "no" {
		s.phase("NOT BUILDING foo, bar, loadgen and the Collector: FOOBAR_E2E_BUILD=no")
	} else {
		s.phase("building foo, bar, loadgen and the Collector")
		s.MustRun("docker", "compose", "build", "bar", "foo")
		s.MustRun("docker", "compose", "build", "loadgen", "collector-image")
	}
	s.MustRun("docker", "tag", "foobar/otel-collector:local", images["otel-collector"])
	s.makeTempo(images["tempo"])
	for _, name := range []string{"foobar/foo:local", "foobar/bar:local", "foobar/loadgen:local", "foobar/otel-collector:local"} {
		s.tb.Logf("image %-28s %s", name, strings.TrimSpace(s.MustRun("docker", "image", "ls", "--format", "{{.Size}}", name)))
	}
}

// images are the names of compose.yml's images by service, without digests, and the Go image's under GO_IMAGE.
func (s *system) images() map[string]string {
	s.tb.Helper()
	file := MustCompose(s.tb)
	images := map[string]string{}
	for name, service := range file.Services {
		images[name] = tagOf(defaultOf(service.Image))
	}
	images["GO_IMAGE"] = tagOf(defaultOf(file.Services["foo"].Build.Args["GO_IMAGE"]))
	return images
}

// useTags has compose.yml take the images by their tags: a stand-in can't have the digest of what it stands in for.
func (s *system) useTags() {
	s.tb.Helper()
	file := MustCompose(s.tb)
	values := []string{file.Services["foo"].Build.Args["GO_IMAGE"]}
	for _, service := range file.Services {
		values = append(values, service.Image)
	}
	for _, value := range values {
		name, _, _ := strings.Cut(strings.TrimPrefix(value, "${"), ":")
		if image := defaultOf(value); tagOf(image) != image {
			s.env = append(s.env, name+"="+tagOf(image))
		}
	}
}

// tagOf is an image's name without the digest.
func tagOf(image string) string {
	tag, _, _ := strings.Cut(image, "@")
	return tag
}

// defaultOf is the default of a value of the form ${NAME:-default}.
func defaultOf(value string) string {
	if _, after, ok := strings.Cut(value, ":-"); ok {
		return strings.TrimSuffix(after, "}")
	}
	return value
}

func (s *system) has(image string) bool {
	return s.command("docker", "image", "inspect", image).Run() == nil
}

// installCompose builds Docker Compose, a tool of the module compose, as a plug-in of the client.
func (s *system) installCompose() {
	plugin := s.path("config", "cli-plugins", "docker-compose")
	if _, err := os.Stat(plugin); err == nil {
		return
	}
	s.phase("building Docker Compose")
	build := s.command("go", "build", "-o", plugin, "github.com/docker/compose/v5/cmd")
	build.Dir = filepath.Join(root, "deploy", "compose")
	if out, err := build.CombinedOutput(); err != nil {
		s.tb.Errorf("building Docker Compose: %v\n%s", err, out)
	}
}

// makeBase makes a minimal system of the distribution that this machine runs, from
// the mirror that apt is set to.
func (s *system) makeBase() {
	if s.has("foobar/base:local") {
		return
	}
	s.phase("making a base image")
	mirror, suite, err := distribution()
	if err != nil {
		s.tb.Fatalf("reading apt's sources: %v", err)
	}
	dir := s.path("base")
	s.MustRun("debootstrap", "--variant=minbase", "--include=ca-certificates", suite, dir, mirror)
	const authorities = "etc/ssl/certs/ca-certificates.crt"
	s.MustRun("cp", "/"+authorities, filepath.Join(dir, authorities))
	pipe(s.tb,
		s.command("tar", "--one-file-system", "--exclude=./proc/*", "--exclude=./sys/*",
			"--exclude=./var/cache/apt/archives/*.deb", "-C", dir, "-c", "."),
		s.command("docker", "import", "-", "foobar/base:local"))
	if err := os.RemoveAll(dir); err != nil {
		s.tb.Error(err)
	}
}

// distribution returns apt's own mirror and the code name of the running distribution.
func distribution() (mirror, suite string, err error) {
	script := `. /etc/os-release && apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
		while read -r name uri; do [ "$name" = "$VERSION_CODENAME" ] && echo "$name $uri" && break; done`
	out, err := exec.Command("sh", "-c", script).Output()
	suite, mirror, _ = strings.Cut(strings.TrimSpace(string(out)), " ")
	return mirror, suite, err
}

func (s *system) makeGo(name string) {
	s.tb.Helper()
	if s.has(name) {
		return
	}
	env := s.command("go", "env", "GOROOT")
	env.Env = append(slices.Clip(env.Env), "GOTOOLCHAIN="+toolchainOf(name))
	goroot := strings.TrimSpace(mustOutput(s.tb, env))
	s.MustRun("docker", "build", "--quiet", "--tag", name, "--file", "deploy/testdata/images/golang.Dockerfile", goroot)
	if cache := os.Getenv("FOOBAR_E2E_GOCACHE"); cache != "" {
		s.giveCache(name, cache)
	}
}

// toolchainOf is the Go toolchain in a public Go image: go1.26.11 in golang:1.26.11-bookworm.
func toolchainOf(image string) string {
	_, tag, _ := strings.Cut(image, ":")
	version, _, _ := strings.Cut(tag, "-")
	return "go" + version
}

// giveCache copies a build cache of this machine into the Go image: what was compiled here with the flags of our
// Dockerfiles isn't compiled again there. Others may use the cache meanwhile; what goes away from it is compiled anew.
func (s *system) giveCache(image, cache string) {
	s.tb.Helper()
	s.phase("copying " + cache)
	const container = "foobar-cache"
	s.MustRun("docker", "run", "--name", container, "--network", "none", "--volume", cache+":/cache:ro", image,
		"sh", "-c", "mkdir -p /root/.cache && cp -a /cache /root/.cache/go-build || test -d /root/.cache/go-build")
	s.MustRun("docker", "commit", container, image)
	s.MustRun("docker", "rm", container)
}

// makePrometheus unpacks the distribution's package, without installing it.
func (s *system) makePrometheus(name string) {
	s.tb.Helper()
	if s.has(name) {
		return
	}
	s.phase("fetching Prometheus")
	dir := s.tb.TempDir()
	download := exec.Command("sh", "-c", "apt-get download -q prometheus && dpkg -x prometheus_*.deb .")
	download.Dir = dir
	mustOutput(s.tb, download)
	s.MustRun("docker", "build", "--quiet", "--tag", name, "--file", "deploy/testdata/images/prometheus.Dockerfile", dir)
}

// makeTempo makes an image of the program in TEMPO_BIN, or the stand-in.
func (s *system) makeTempo(name string) {
	s.tb.Helper()
	if s.realTempo == "" {
		s.MustRun("docker", "build", "--quiet", "--tag", "foobar/tempo-standin:local",
			"--file", "deploy/testdata/images/tempo-standin.Dockerfile", "deploy/testdata")
		return
	}
	dir := s.tb.TempDir()
	s.MustRun("cp", s.realTempo, filepath.Join(dir, "tempo"))
	s.MustRun("docker", "build", "--quiet", "--tag", name, "--file", "deploy/testdata/images/tempo.Dockerfile", dir)
}

// phase logs what the test is about to wait for.
func (s *system) phase(what string) {
	s.tb.Logf("%s %s", time.Now().Format(time.TimeOnly), what)
}
