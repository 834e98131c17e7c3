// Package explain says by controlled experiments what each field of a workflow's trace differs
// because of.
package explain
