package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
)

// Machine describes what everything ran on.
type Machine struct {
	CPU     string  `json:"cpu"`
	Cores   int     `json:"cores"`
	Memory  float64 `json:"memory_gib"`
	System  string  `json:"system"`
	Kernel  string  `json:"kernel"`
	Go      string  `json:"go"`
	Virtual bool    `json:"virtual"`
	// Versions are those of the programs, by name.
	Versions map[string]string `json:"versions"`
	// LoadAtStart and LoadAtEnd are the system's load average of a minute, -1 where it has none.
	LoadAtStart float64 `json:"load_at_start"`
	LoadAtEnd   float64 `json:"load_at_end"`
}

// describe looks at the machine. What a system does not tell stays empty: only Linux tells all.
func describe(ctx context.Context, p programs) Machine {
	m := Machine{
		CPU:         firstField("/proc/cpuinfo", "model name"),
		Cores:       runtime.NumCPU(),
		System:      strings.Trim(firstField("/etc/os-release", "PRETTY_NAME"), `"`),
		Kernel:      runtime.GOOS,
		Go:          runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH,
		Virtual:     strings.Contains(firstField("/proc/cpuinfo", "flags"), "hypervisor"),
		Versions:    map[string]string{},
		LoadAtStart: loadAverage(),
		LoadAtEnd:   -1,
	}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = "Linux " + strings.TrimSpace(string(b))
	}
	var kib float64
	if _, err := fmt.Sscanf(firstField("/proc/meminfo", "MemTotal"), "%f", &kib); err == nil {
		m.Memory = kib / (1 << 20)
	}
	for name := range p {
		if v := p.version(ctx, name); v != "" {
			m.Versions[name] = v
		}
	}
	return m
}

// busy says whether something else was running when the measurement began.
func (m Machine) busy() bool { return m.LoadAtStart > 0.3*float64(m.Cores) }

// markdown is the description as a list.
func (m Machine) markdown() string {
	var b strings.Builder
	virtual := ""
	if m.Virtual {
		virtual = ", a virtual machine"
	}
	fmt.Fprintf(&b, "- %s, %d cores, %.0f GiB%s\n- %s, %s, %s\n", m.CPU, m.Cores, m.Memory, virtual, m.System, m.Kernel, m.Go)
	for _, name := range slices.Sorted(maps.Keys(m.Versions)) {
		fmt.Fprintf(&b, "- %s: %s\n", name, m.Versions[name])
	}
	return b.String()
}

// firstField returns the value of the first line "key: value" or "key=value" of a file, "" when there is none.
func firstField(file, key string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if i := strings.IndexAny(s.Text(), ":="); i > 0 && strings.TrimSpace(s.Text()[:i]) == key {
			return strings.TrimSpace(s.Text()[i+1:])
		}
	}
	return ""
}

// loadAverage is the load of the last minute.
func loadAverage() float64 {
	b, err := os.ReadFile("/proc/loadavg")
	var load float64
	if err != nil {
		return -1
	}
	if _, err := fmt.Sscanf(string(b), "%f", &load); err != nil {
		return -1
	}
	return load
}
