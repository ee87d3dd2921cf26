// Package script turns a description of requests (from flags or a file) into what a virtual user does.
// It holds no schedule: when a user acts is load's business.
package script
