namespace LlamaNative.Templates;

internal sealed partial class Parser
{
    private Statement ParseStatement(string[] endTags)
    {
        Token tag = _tokens.Current.Kind == TokenKind.Name ? _tokens.Take() : throw _tokens.Error("tag name expected");
        switch (tag.Text)
        {
            case "if":
                return ParseIf();
            case "for":
                return ParseFor(tag.Position);
            case "set":
                return ParseSet(tag.Position);
            case "macro":
                return ParseMacro();
            case "call":
                return ParseCallBlock();
            case "filter":
                ScopeLayout filterScope = new(_scope);
                FilterExpression filter = InScope(filterScope, () => ParseFilterChain(null, startInline: true)!);
                return new FilterBlockStatement(filter, InScope(filterScope, () => ParseBlock("endfilter")), filterScope);
            case "with":
                return ParseWith();
            case "generation":
                ScopeLayout generation = new(_scope);
                return new WithStatement([], InScope(generation, () => ParseBlock("endgeneration")), generation);
            case "do":
                return new DoStatement(ParseTuple());
            case "print":
                return new OutputStatement(ParseExpression());
            case "break" or "continue":
                return _loops > 0
                    ? new FlowStatement(tag.Text == "break" ? Flow.Break : Flow.Continue)
                    : throw _tokens.Error($"'{tag.Text}' outside of a loop", tag.Position);
            case "block" or "extends" or "include" or "import" or "from" or "autoescape":
                throw _tokens.Error($"'{tag.Text}' is not supported in chat templates", tag.Position);
            default:
                string wanted = endTags.Length == 0 ? "" : $" Looking for {string.Join(" or ", endTags)}.";
                throw _tokens.Error($"Encountered unknown tag '{tag.Text}'.{wanted}", tag.Position);
        }
    }

    private IfStatement ParseIf()
    {
        List<(Expression, Statement)> branches = [];
        while (true)
        {
            Expression test = ParseTuple(withCondition: false);
            _scope.Conditions++;
            branches.Add((test, ParseBranch("elif", "else", "endif")));
            _scope.Conditions--;
            switch (_tokens.Take().Text)
            {
                case "elif":
                    continue;
                case "else":
                    _scope.Conditions++;
                    BlockStatement otherwise = ParseBlock("endif");
                    _scope.Conditions--;
                    return new IfStatement(branches, otherwise);
                default:
                    return new IfStatement(branches, null);
            }
        }
    }

    private ForStatement ParseFor(int position)
    {
        TargetSyntax target = ParseTarget(withNamespace: false);
        _tokens.ExpectName("in");
        Expression iterable = ParseTuple(withCondition: false, endName: "recursive");

        Expression? filter = null;
        ScopeLayout filterScope = new(_scope);
        _loops++;
        AssignmentTarget filterTarget = Declare(target, filterScope);
        if (_tokens.SkipName("if"))
        {
            filter = InScope(filterScope, ParseExpression);
        }

        bool isRecursive = _tokens.SkipName("recursive");
        ScopeLayout bodyScope = new(_scope);
        AssignmentTarget bodyTarget = Declare(target, bodyScope);
        int loopSlot = bodyScope.Declare("loop");
        Statement body = InScope(bodyScope, () => ParseBranch("endfor", "else"));
        _loops--;

        ScopeLayout elseScope = new(_scope);
        Statement? otherwise = _tokens.Take().Text == "else" ? InScope(elseScope, () => ParseBlock("endfor")) : null;
        return new ForStatement(new ForParts
        {
            Position = position,
            Target = bodyTarget,
            Iterable = iterable,
            Body = body,
            BodyLayout = bodyScope,
            LoopSlot = loopSlot,
            Filter = filter,
            FilterTarget = filterTarget,
            FilterLayout = filterScope,
            Else = otherwise,
            ElseLayout = elseScope,
            IsRecursive = isRecursive,
        });
    }

    private Statement ParseSet(int position)
    {
        TargetSyntax target = ParseTarget(withNamespace: true);
        if (_tokens.SkipOperator("="))
        {
            Expression value = ParseTuple();
            return new SetStatement(position, Declare(target, _scope), value);
        }

        ScopeLayout scope = new(_scope);
        FilterExpression? filter = InScope(scope, () => ParseFilterChain(null, startInline: false));
        Statement body = InScope(scope, () => ParseBlock("endset"));
        return new SetBlockStatement(position, Declare(target, _scope), filter, body, scope);
    }

    private WithStatement ParseWith()
    {
        ScopeLayout scope = new(_scope);
        List<(AssignmentTarget, Expression)> assignments = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            TargetSyntax target = ParseTarget(withNamespace: false);
            _tokens.ExpectOperator("=");
            assignments.Add((Declare(target, scope), ParseExpression()));
        }

        return new WithStatement(assignments, InScope(scope, () => ParseBlock("endwith")), scope);
    }

    private MacroStatement ParseMacro()
    {
        Token name = ParseTargetName();
        int slot = _scope.Declare(name.Text);
        return new MacroStatement(ParseMacroDefinition(name.Text, "endmacro", static () => { }), slot);
    }

    private CallBlockStatement ParseCallBlock()
    {
        CallExpression? call = null;
        ScopeLayout outer = _scope;
        MacroDefinition caller = ParseMacroDefinition("caller", "endcall", () =>
        {
            int start = _tokens.Current.Position;
            call = InScope(outer, ParseExpression) as CallExpression ?? throw _tokens.Error("expected call", start);
        });
        return new CallBlockStatement(caller, call!);
    }

    private MacroDefinition ParseMacroDefinition(string name, string endTag, Action parseAfterSignature)
    {
        ScopeLayout scope = new(_scope);
        MacroFrame frame = new([]);
        bool hasSignature = endTag == "endmacro" || _tokens.Current.IsOperator("(");
        List<(string Name, int Slot, Expression? Default)> parameters = hasSignature ? InScope(scope, () => ParseSignature(scope)) : [];
        parseAfterSignature();

        // A loop around the definition does not apply to the macro's body.
        (int outerLoops, _loops) = (_loops, 0);
        _macros.Push(frame);
        Statement body = InScope(scope, () => ParseBlock(endTag));
        _macros.Pop();
        _loops = outerLoops;
        return new MacroDefinition
        {
            Name = name,
            Parameters = parameters,
            Body = body,
            Layout = scope,
            CallerSlot = Special("caller"),
            ExtraPositionalSlot = Special("varargs"),
            ExtraNamedSlot = Special("kwargs"),
        };

        int Special(string special) =>
            frame.Uses.Contains(special) && !parameters.Exists(parameter => parameter.Name == special) ? scope.Declare(special) : -1;
    }

    private List<(string Name, int Slot, Expression? Default)> ParseSignature(ScopeLayout scope)
    {
        List<(string Name, int Slot, Expression? Default)> parameters = [];
        _tokens.ExpectOperator("(");
        while (!_tokens.Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.ExpectOperator(",");
            }

            Token name = ParseTargetName();
            if (parameters.Exists(parameter => parameter.Name == name.Text))
            {
                throw _tokens.Error($"duplicate argument '{name.Text}'", name.Position);
            }

            Expression? fallback = _tokens.SkipOperator("=") ? ParseExpression() : null;
            if (fallback is null && parameters.Exists(static parameter => parameter.Default is not null))
            {
                throw _tokens.Error("non-default argument follows default argument", name.Position);
            }

            parameters.Add((name.Text, scope.Declare(name.Text), fallback));
        }

        _tokens.Take();
        return parameters;
    }
}
