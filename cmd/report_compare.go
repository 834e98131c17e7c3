package cmd

import "github.com/spf13/cobra"

func (a *app) reportCompareCommand() *cobra.Command { return &cobra.Command{Use: "compare A B"} }
