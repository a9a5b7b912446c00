using LlamaNative.Gguf;
using LlamaNative.Merging.Inputs;

namespace LlamaNative.Merging.Planning;

/// <summary>The chat template that a recipe selects: Jinja source, the most common one of the models, or a named one.</summary>
internal static class ChatTemplates
{
    public const string Key = "tokenizer.chat_template";

    private static readonly Dictionary<string, string> s_named = new(StringComparer.Ordinal)
    {
        ["chatml"] =
            "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
        ["llama3"] =
            "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + "
            + "message['content'] | trim + '<|eot_id|>' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
        ["mistral"] =
            "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' "
            + "[/INST]' }}"
            + "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token }}{% endif %}{% endfor %}",
        ["alpaca"] =
            "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}"
            + "{% elif message['role'] == 'user' %}{{ '### Instruction:\\n' + message['content'] + '\\n\\n' }}"
            + "{% elif message['role'] == 'assistant' %}{{ '### Response:\\n' + message['content'] + eos_token + '\\n\\n' }}{% endif %}{% "
            + "endfor %}"
            + "{% if add_generation_prompt %}{{ '### Response:\\n' }}{% endif %}",
        ["vicuna"] =
            "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\\n\\n' }}"
            + "{% elif message['role'] == 'user' %}{{ 'USER: ' + message['content'] + '\\n' }}"
            + "{% elif message['role'] == 'assistant' %}{{ 'ASSISTANT: ' + message['content'] + eos_token + '\\n' }}{% endif %}{% endfor %}"
            + "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}",
    };

    /// <summary>The template to write, or null to keep the reference model's.</summary>
    /// <exception cref="MergeException">No template has this name.</exception>
    public static string? Choose(string? wanted, IReadOnlyList<MergeModel> models, string? file)
    {
        if (wanted is null)
        {
            return null;
        }

        if (wanted == "auto")
        {
            return models
                .Select(model => model.File.Metadata.TryGetValue(Key, out GgufValue? value) && value.Type == GgufValueType.String
                    ? value.GetString()
                    : null)
                .OfType<string>()
                .CountBy(template => template)
                .OrderByDescending(group => group.Value)
                .Select(group => group.Key)
                .FirstOrDefault();
        }

        // Jinja source has braces, a name does not.
        return wanted.Contains('{', StringComparison.Ordinal) ? wanted
            : s_named.TryGetValue(wanted, out string? template) ? template
            : throw new MergeException(
                $"chat_template '{wanted}' must be Jinja source, auto, or one of {string.Join(", ", s_named.Keys)}", file);
    }
}
