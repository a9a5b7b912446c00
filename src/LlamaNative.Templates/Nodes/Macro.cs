namespace LlamaNative.Templates;

/// <summary>A macro and the scope of its definition; calling it returns text.</summary>
internal sealed class Macro(MacroDefinition definition, Scope surroundings) : TemplateCallable
{
    public override string TypeName => "Macro";

    public override TemplateValue GetAttribute(string name) => name == "name" ? definition.Name : default(TemplateValue);

    public override void WriteTo(OutputBuffer output) => output.Append($"<Macro '{definition.Name}'>");

    public override TemplateValue Invoke(RenderState state, in CallArguments arguments)
    {
        state.EnterCall();
        Scope scope = definition.Layout.NewScope(state, surroundings);
        Bind(state, scope, arguments);
        Scope outer = state.Scope;
        state.Scope = scope;
        foreach ((string name, int slot, Expression? fallback) in definition.Parameters)
        {
            if (scope.Slots[slot].IsMissing)
            {
                // A default value may refer to preceding parameters.
                scope.Slots[slot] = fallback?.Evaluate(state) ?? TemplateValue.UndefinedBecause($"parameter '{name}' was not provided");
            }
        }

        state.Scope = outer;
        TracedText text = definition.Body.Capture(state, scope, out _);
        state.LeaveCall();
        return text;
    }

    private void Bind(RenderState state, Scope scope, in CallArguments arguments)
    {
        int count = definition.Parameters.Count;
        TemplateValue[] positional = arguments.Positional;
        for (int i = 0; i < Math.Min(count, positional.Length); i++)
        {
            scope.Slots[definition.Parameters[i].Slot] = positional[i];
        }

        TemplateDictionary extra = new();
        foreach (KeyValuePair<string, TemplateValue> argument in arguments.Named)
        {
            int slot = SlotOf(argument.Key, positional.Length);
            if (slot >= 0)
            {
                scope.Slots[slot] = argument.Value;
            }
            else if (definition.ExtraNamedSlot >= 0)
            {
                state.Budget.Allocate(RenderBudget.EntryBytes);
                extra.Set(argument.Key, argument.Value);
            }
            else
            {
                throw new TemplateError($"macro '{definition.Name}' takes no keyword argument '{argument.Key}'");
            }
        }

        if (definition.CallerSlot >= 0 && scope.Slots[definition.CallerSlot].IsMissing)
        {
            scope.Slots[definition.CallerSlot] = TemplateValue.UndefinedBecause("No caller defined");
        }

        if (definition.ExtraNamedSlot >= 0)
        {
            scope.Slots[definition.ExtraNamedSlot] = extra;
        }

        if (definition.ExtraPositionalSlot >= 0)
        {
            List<TemplateValue> rest = positional.Length > count ? [.. positional[count..]] : [];
            scope.Slots[definition.ExtraPositionalSlot] = new TemplateSequence(SequenceKind.Tuple, rest);
        }
        else if (positional.Length > count)
        {
            throw new TemplateError($"macro '{definition.Name}' takes not more than {count} argument(s)");
        }
    }

    private int SlotOf(string name, int taken)
    {
        for (int i = taken; i < definition.Parameters.Count; i++)
        {
            if (definition.Parameters[i].Name == name)
            {
                return definition.Parameters[i].Slot;
            }
        }

        return name == "caller" ? definition.CallerSlot : -1;
    }
}
