namespace LlamaNative.Templates;

internal sealed partial class Parser
{
    /// <summary>A parsed assignment target before its scope is known: a name, name.attribute or several of these.</summary>
    private sealed record TargetSyntax(Token Name, Token? Attribute, List<TargetSyntax>? Items);

    private Token ParseTargetName()
    {
        Token name = _tokens.ExpectName();
        return name.Text is "true" or "false" or "none" or "True" or "False" or "None"
            ? throw _tokens.Error($"can't assign to '{name.Text}'", name.Position)
            : name;
    }

    private TargetSyntax ParseTarget(bool withNamespace)
    {
        Token start = _tokens.Current;
        List<TargetSyntax> items = [];
        bool isTuple = false;
        while (!IsTargetEnd())
        {
            items.Add(ParseSingleTarget(withNamespace));
            if (!_tokens.SkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple ? new TargetSyntax(start, null, items)
            : items.Count == 1 ? items[0]
            : throw _tokens.Error($"expected a name to assign to, got '{start.Description}'", start.Position);
    }

    private bool IsTargetEnd() =>
        _tokens.Current.IsName("in") || _tokens.Current.IsOperator("=") || _tokens.Current.IsOperator(")")
        || _tokens.Current.Kind == TokenKind.BlockEnd;

    private TargetSyntax ParseSingleTarget(bool withNamespace)
    {
        if (_tokens.SkipOperator("("))
        {
            Enter();
            TargetSyntax inner = ParseTarget(withNamespace);
            Leave();
            _tokens.ExpectOperator(")");
            return inner;
        }

        Token name = ParseTargetName();
        return new TargetSyntax(name, withNamespace && _tokens.SkipOperator(".") ? _tokens.ExpectName() : null, null);
    }

    /// <summary>Declares the names of a target in a scope.</summary>
    private AssignmentTarget Declare(TargetSyntax target, ScopeLayout scope)
    {
        if (target.Items is not null)
        {
            List<AssignmentTarget> items = [];
            foreach (TargetSyntax item in target.Items)
            {
                items.Add(Declare(item, scope));
            }

            return new TupleTarget(items);
        }

        if (target.Attribute is { } attribute)
        {
            return new NamespaceTarget(Reference(target.Name.Position, target.Name.Text), attribute.Text);
        }

        return target.Name.Text == "loop" && _loops > 0
            ? throw _tokens.Error("Can't assign to special loop variable in for-loop target", target.Name.Position)
            : new NameTarget(scope.Declare(target.Name.Text));
    }
}
