// Package main is the project's distribution of the OpenTelemetry Collector: the
// receivers, processors and exporters that its configurations name, in one binary.
// It adds no component of its own, and holds no more of the Collector than those.
//
//	GOWORK=off go -C collector build
//	./collector/collector --config collector/config/collector.yaml
//
// config/collector.yaml says in its header which environment variables it reads;
// the files beside it are laid over it with a second --config.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/httpprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/otelcol"
)

// version is that of the Collector's modules in go.mod, and of the stock image
// that compose.yml pins; a test compares the three.
const version = "0.161.0"

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it serves until SIGTERM, SIGINT or the end of ctx, then
// decides and exports what is pending. It returns 0, or 1 after an error.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	command := otelcol.NewCommand(settings())
	command.SetArgs(args)
	command.SetOut(stdout)
	command.SetErr(stderr)
	command.SilenceErrors = true
	if err := command.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(stderr, "otelcol:", err)
		return 1
	}
	return 0
}

func settings() otelcol.CollectorSettings {
	return otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{
			Command:     "otelcol",
			Description: "foobar's OpenTelemetry Collector",
			Version:     version,
		},
		Factories: components,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				ProviderFactories: []confmap.ProviderFactory{
					envprovider.NewFactory(),
					fileprovider.NewFactory(),
					httpprovider.NewFactory(),
					yamlprovider.NewFactory(),
				},
				DefaultScheme: "env",
			},
		},
	}
}
