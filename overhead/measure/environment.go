package measure

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/mem"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/plan"
	"example.com/foobar/overhead/record"
)

// Environment describes the machine and the programs.
func Environment(p *plan.Plan, programs *child.Binaries) (record.Environment, error) {
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
	e.SharedCPUs = sharedCPUs(p)
	for _, s := range p.Services {
		if s.Build == "" {
			continue
		}
		sum, version, err := fingerprint(programs.Path(s.Name))
		if err != nil {
			return e, err
		}
		e.ProgramSHA[s.Name], e.ProgramBuild[s.Name] = sum, version
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

// sharedCPUs says which processes run on the same CPUs, "" when each has its own.
func sharedCPUs(p *plan.Plan) string {
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
