using LlamaNative.Cli;
using LlamaNative.Cli.Terminal;

using var shell = new Shell();
return ToolCommand.Run(args, shell);
