namespace LlamaNative.Sampling.Grammars.Automata;

/// <summary>A regular expression is wrong, or uses what no automaton can do, or makes too large a one.</summary>
internal sealed class PatternException(string problem) : Exception(problem);
