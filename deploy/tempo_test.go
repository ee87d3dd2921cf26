package deploy

import (
	"os"
	"os/exec"
	"testing"
)

// TestTempoConfiguration has Tempo itself check the file that it is given.
func TestTempoConfiguration(t *testing.T) {
	program := os.Getenv("TEMPO_BIN")
	if program == "" {
		t.Skip("TEMPO'S CONFIGURATION IS NOT CHECKED: TEMPO_BIN names no Tempo")
	}
	verify := func(env ...string) error {
		command := exec.Command(program, "-target=all", "-config.file=tempo/tempo.yaml", "-config.expand-env=true", "-config.verify=true")
		command.Env = append(os.Environ(), append(env, "TEMPO_DATA="+t.TempDir())...)
		out, err := command.CombinedOutput()
		t.Logf("%s", out)
		return err
	}
	t.Run("OK", func(t *testing.T) {
		if err := verify(); err != nil {
			t.Error(err)
		}
	})
	t.Run("ErrValue", func(t *testing.T) {
		if err := verify("TEMPO_RETENTION=forever"); err == nil {
			t.Error("Tempo accepts a retention of forever, want an error")
		}
	})
}
