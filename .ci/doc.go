// Package ci holds the repository's own rules as tests, and in go.mod the versions of the checkers that .ci/run uses.
// It is part of no product.
package ci
