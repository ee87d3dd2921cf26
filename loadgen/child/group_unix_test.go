//go:build unix

package child

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A parent that is killed in the way that it can't notice takes its children and theirs along.
func TestKilledParent(t *testing.T) {
	cmd, pids := mustStartParent(t)
	for _, pid := range pids {
		if gone(pid) {
			t.Fatalf("process %d does not run", pid)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	mustBeGone(t, pids)
}

// mustStartParent runs this program as a parent and returns it with the ids of its child and grandchild.
func mustStartParent(t *testing.T) (*exec.Cmd, []int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], parent)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	var pids []int
	for scanner := bufio.NewScanner(out); len(pids) < 2 && scanner.Scan(); {
		var pid int
		if _, err := fmt.Sscan(scanner.Text(), &pid); err != nil {
			t.Fatalf("%q is no process: %v", scanner.Text(), err)
		}
		pids = append(pids, pid)
	}
	return cmd, pids
}

func mustBeGone(t *testing.T, pids []int) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for _, pid := range pids {
		for !gone(pid) {
			if time.Now().After(deadline) {
				t.Fatalf("process %d lives on", pid)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// gone says whether no process of that id runs; one that nobody has waited for yet counts as gone.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

// What a process has started is stopped with it.
func TestStopEndsTheGroup(t *testing.T) {
	lines := make(chan string, 1)
	p := mustStart(t, Command{Path: "sh", Args: []string{"-c", "trap 'exit 0' TERM; (trap '' TERM; exec sleep 3600) & echo $!; wait"},
		Output: func(line string) { lines <- line }})
	var pid int
	if _, err := fmt.Sscan(<-lines, &pid); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil {
		t.Errorf("stopping it: %v", err)
	}
	mustBeGone(t, []int{pid})
}
