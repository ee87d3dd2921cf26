package measure

import (
	"bytes"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/mem"

	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// Build builds the services of p that are Go programs into folder dir, each in its own module, once for all runs. It says what it
// does on progress, and how far it is when that takes long.
func Build(ctx context.Context, p *plan.Plan, dir string, progress io.Writer) (map[string]string, error) {
	programs := map[string]string{}
	for i := range p.Services {
		s := &p.Services[i]
		if s.Build == "" {
			continue
		}
		program := filepath.Join(dir, s.Name)
		if runtime.GOOS == "windows" {
			program += ".exe"
		}
		if err := build(ctx, s.Name, buildFolder(p, s), program, progress); err != nil {
			return nil, err
		}
		programs[s.Name] = program
	}
	return programs, nil
}

// buildNews is how often a build that goes on says how far it is.
const buildNews = 5 * time.Second

func build(ctx context.Context, name, from, program string, progress io.Writer) error {
	fmt.Fprintf(progress, "building %s\n", name)
	c := exec.CommandContext(ctx, "go", "build", "-v", "-buildvcs=false", "-o", program, ".") // the same sources, the same program
	c.Dir = from
	c.Env = append(os.Environ(), "GOWORK=off")
	out := &packages{}
	c.Stdout, c.Stderr = out, out
	began, done := time.Now(), make(chan struct{})
	go func() {
		ticker := time.NewTicker(buildNews)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				fmt.Fprintf(progress, "building %s: %s so far, %d packages compiled; the next time they are there\n", name, time.Since(began).Round(time.Second), out.lines())
			case done <- struct{}{}:
				return
			}
		}
	}()
	err := c.Run()
	<-done
	if err != nil {
		return fmt.Errorf("building %s in %s: %w\n%s", name, from, err, out.last())
	}
	return nil
}

// packages keeps the end of what a build prints and counts its lines: with -v one for each package.
type packages struct {
	mu   sync.Mutex
	n    int
	kept []byte
}

// Write implements io.Writer.
func (p *packages) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n += bytes.Count(b, []byte{'\n'})
	p.kept = append(p.kept, b...)
	p.kept = p.kept[max(0, len(p.kept)-tailSize):]
	return len(b), nil
}

func (p *packages) lines() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

func (p *packages) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.kept)
}

// Environment describes the machine and the programs.
func Environment(p *plan.Plan, programs map[string]string) (record.Environment, error) {
	e := record.Environment{OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU(), Go: runtime.Version(),
		CPUAccount: cpuAccount, WireAccount: wireAccount, ProgramSHA: map[string]string{}, ProgramBuild: map[string]string{}}
	if info, err := cpu.Info(); err == nil && len(info) > 0 {
		e.CPU = info[0].ModelName
	}
	if m, err := mem.VirtualMemory(); err == nil {
		e.MemoryBytes = m.Total
	}
	if h, err := host.Info(); err == nil {
		e.Kernel = h.KernelVersion
		if h.VirtualizationRole == "guest" {
			e.Virtualized = "(virtual machine)"
		}
	}
	e.Revision = revision(p.Dir)
	e.SharedCPUs = shared(p)
	for name, program := range programs {
		sum, version, err := fingerprint(program)
		if err != nil {
			return e, err
		}
		e.ProgramSHA[name], e.ProgramBuild[name] = sum, version
	}
	return e, nil
}

// revision is the commit that folder dir is at, with a note when files in it differ; "" outside of a repository.
func revision(dir string) string {
	head, err := exec.Command("git", "-C", dir, "rev-parse", "HEAD").Output()
	if err != nil {
		return ""
	}
	text := strings.TrimSpace(string(head))
	if changes, err := exec.Command("git", "-C", dir, "status", "--porcelain", "--untracked-files=no").Output(); err == nil && len(changes) > 0 {
		text += " with changes"
	}
	return text
}

// shared says which processes run on the same CPUs, "" when each has its own.
func shared(p *plan.Plan) string {
	var free []string
	for _, s := range p.Services {
		if s.CPUs == "" {
			free = append(free, s.Name)
		}
	}
	if p.GeneratorCPUs == "" {
		free = append(free, "the generator")
	}
	if len(free) == 0 {
		return ""
	}
	return fmt.Sprintf("Not bound to CPUs of their own, of %d: %s. What one process uses, others wait for, so latency includes that wait.",
		runtime.NumCPU(), strings.Join(free, ", "))
}

func fingerprint(program string) (sum, version string, err error) {
	f, err := os.Open(program)
	if err != nil {
		return "", "", fmt.Errorf("reading a program: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", "", fmt.Errorf("reading a program: %w", err)
	}
	if info, err := buildinfo.ReadFile(program); err == nil {
		version = info.GoVersion
	}
	return hex.EncodeToString(h.Sum(nil)), version, nil
}
