// Package deploy tests what this folder and compose.yml describe: dashboards, data
// sources, and the whole system in containers. It holds no program and no library.
//
// TestSystem needs Linux, root, and Debian's packages docker.io, debootstrap and
// iptables; it takes a quarter of an hour and says so where it doesn't run:
//
//	FOOBAR_E2E=require GOWORK=off go -C deploy test -timeout 60m -v .
//
// FOOBAR_E2E_DIR=DIR keeps the engine's images in DIR from run to run, and
// FOOBAR_E2E_BUILD=no then runs our images as they are there. FOOBAR_E2E_GOCACHE=DIR is a
// Go build cache, filled with CGO_ENABLED=0 and GOFLAGS=-trimpath, that the builds in
// containers begin with. TEMPO_BIN=PATH names Tempo's program; without it our Collector
// takes Tempo's place and only stores.
package deploy
