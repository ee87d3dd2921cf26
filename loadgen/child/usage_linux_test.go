package child

import "testing"

// The guard that leads a group is not in its account, and what the process has started is.
func TestUsageLeavesOutTheGuard(t *testing.T) {
	lines := make(chan string, 1)
	p := mustStart(t, Command{Path: "sh", Args: []string{"-c", "sleep 3600 & echo $!; wait"}, Output: func(line string) { lines <- line }})
	<-lines
	if got := members(p.PID); len(got) != 1 || got[0] == p.group.id || p.group.id == p.PID {
		t.Errorf("got the members %v of the group %d of process %d, want what it has started alone", got, p.group.id, p.PID)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
}
