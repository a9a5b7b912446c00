namespace LlamaNative.Chat;

/// <summary>Built-in templates for models whose file has none or a wrong one, as published by their authors.</summary>
internal static class NamedTemplates
{
    private static readonly Dictionary<string, string> s_sources = new(StringComparer.OrdinalIgnoreCase)
    {
        // OpenAI's ChatML, used by Qwen and many fine-tunes.
        ["chatml"] = """
            {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}
            """,

        // Stanford Alpaca, with the headings from MythoMax's model card.
        ["alpaca"] = """
            {% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\n\n' }}{% elif message['role'] == 'user' %}{{ '### Instruction:\n' + message['content'] + '\n\n' }}{% else %}{{ '### Response:\n' + message['content'] + '\n\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '### Response:\n' }}{% endif %}
            """,

        // LMSYS Vicuna v1.1.
        ["vicuna"] = """
            {% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] + '\n\n' }}{% elif message['role'] == 'user' %}{{ 'USER: ' + message['content'] + '\n' }}{% else %}{{ 'ASSISTANT: ' + message['content'] + eos_token + '\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}
            """,

        // Meta, Llama 2 Chat: the system text is part of the first instruction.
        ["llama2"] = """
            {% if messages[0]['role'] == 'system' %}{% set system = '<<SYS>>\n' + messages[0]['content'] + '\n<</SYS>>\n\n' %}{% set rest = messages[1:] %}{% else %}{% set system = '' %}{% set rest = messages %}{% endif %}{% for message in rest %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + (system if loop.index0 == 0 else '') + message['content'] + ' [/INST]' }}{% else %}{{ ' ' + message['content'] + ' ' + eos_token }}{% endif %}{% endfor %}
            """,

        // Meta, Llama 3 Instruct.
        ["llama3"] = """
            {{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
            """,

        // Mistral AI, instruct models without tool support.
        ["mistral"] = """
            {{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] + '\n\n' %}{% set rest = messages[1:] %}{% else %}{% set system = '' %}{% set rest = messages %}{% endif %}{% for message in rest %}{% if message['role'] == 'user' %}{{ '[INST] ' + (system if loop.index0 == 0 else '') + message['content'] + ' [/INST]' }}{% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}
            """,

        // Google, Gemma: the model's role is "model"; the system text is part of the first user turn.
        ["gemma"] = """
            {{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] + '\n\n' %}{% set rest = messages[1:] %}{% else %}{% set system = '' %}{% set rest = messages %}{% endif %}{% for message in rest %}{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else message['role']) + '\n' + (system if loop.index0 == 0 else '') + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}
            """,

        // Microsoft, Phi-3.
        ["phi3"] = """
            {% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}
            """,

        // Hugging Face, Zephyr.
        ["zephyr"] = """
            {% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}
            """,
    };

    /// <summary>The template names, sorted.</summary>
    public static IReadOnlyCollection<string> Names => s_sources.Keys;

    /// <summary>The source of a template, or null for an unknown name.</summary>
    public static string? Find(string name) => s_sources.GetValueOrDefault(name)?.Trim();
}
