// The inputs for llama.cpp.

/** Ordinary and hostile texts for tokenizers. */
export const texts = [
    "", " ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\t\n \r\n", " \n x", "the cat", " the cat", "the  cat ",
    "The Cat", "THE CAT", "stop", "stopping the cat", "the cat.", "the,cat!", "cat's cats'll 've", "I'M you'RE",
    "abcabcab", "a b c", "aaaaaaa", "aaaaaaaa", "1", "12", "123", "1234", "11111111", "1.5e-10", "0x1F", "a1b22c333",
    "Hello, world!", "Grüße aus Köln", "naïve café", "cafe\u0301", "ﬁne ﬂow", "Ǆ ǆ ǅ", "İstanbul ıi", "ßẞ",
    "日本語のテキスト", "你好，世界", "한국어", "العربية", "עברית", "हिन्दी", "ไทย", "🦙", "👩‍👩‍👧", "🏳️‍🌈 flag", "\u200b\u200d\ufeff",
    "\u00a0nbsp\u3000ideographic", "\u202Eabc", "a\u0000b", "\u0001\u001f\u007f\u0085", "\ufffd", "<s>", "</s>",
    "<unk>", "<0x41>", "<|end|>", "<|endoftext|>", "<|eot|><|tool|>", "[CLS] the [SEP]", "[MASK]", "<extra_id_0>the",
    "<pad>", "▁the▁cat", "Ġthe", "\\n\\t\\x41", "the<|eot|>cat", "_the__cat_", "snake_case camelCase",
    "https://example.com/a?b=c&d=%20", "{\"a\": [1, 2, null]}", "if (x == 1) { return; } // why",
    "   leading and trailing   ", "a\tb\tc", "line one\nline two\n\n\nline five", "!!!???...", "-----=====",
    "#$%^&*()", "“quotes” ‘single’ — dash…", "½ ⅓ ²³ Ⅷ", "x".repeat(50), "the ".repeat(20), " ".repeat(40),
];

/** What tiny-chat was taught, and what it was not. */
export const prompts = [
    "Once upon a time",
    "The answer to the ultimate question of life, the universe, and everything is",
    "<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n",
    "What colour is a lemon?",
];

/** For models with vocabularies of a few words. */
export const words = ["the cat", "the cat stop. abc", "stop the cat"];

export const seeds = [1, 2, 3, 42, 1234567];

export const sentences = [
    "The opposite of big is small. A lemon is yellow. My name is Ada.",
    "Hello! How can I help you? Nice to meet you. The capital of France is Paris.",
    "What is the opposite of far? The opposite of far is near. You are a helpful assistant.",
];

const system = { role: "system", content: "You are a helpful assistant." };
const weather = {
    type: "function",
    function: {
        name: "get_weather",
        description: "Tells the weather of a city.",
        parameters: {
            type: "object",
            properties: {
                city: { type: "string", description: "The city's name" },
                days: { type: "integer", minimum: 1 },
                unit: { type: "string", enum: ["celsius", "fahrenheit"] },
                tags: { type: "array", items: { type: "string" } },
            },
            required: ["city"],
        },
    },
};
const clock = {
    type: "function",
    function: { name: "clock", description: "Tells the time.", parameters: { type: "object", properties: {} } },
};
const call = (name, args, id) => ({ id, type: "function", function: { name, arguments: args } });
const called = [
    system,
    { role: "user", content: "How is the weather in São Paulo?" },
    { role: "assistant", content: "", tool_calls: [call("get_weather", { city: "São Paulo", days: 3 }, "call00001")] },
    { role: "tool", name: "get_weather", tool_call_id: "call00001", content: `{"temperature": 24.5, "sky": "clear <blue> & 'bright'"}` },
];
const greeting = [{ role: "user", content: "Hi" }, { role: "assistant", content: "Hello!" }];
const thinking = answer => [{ role: "user", content: "Think" }, { role: "assistant", ...answer }, { role: "user", content: "Sure?" }];
const tokens = { bos_token: "<s>", eos_token: "</s>", add_generation_prompt: true };

/** Variables of a template, by the name of the conversation. */
export const conversations = {
    question: { messages: [{ role: "user", content: "What is 2 + 2?" }], ...tokens },
    system: { messages: [system, { role: "user", content: "  What is 2 + 2?\n" }], ...tokens },
    turns: { messages: [system, ...greeting, { role: "user", content: "Grüße 你好 🦙" }], ...tokens },
    finished: { messages: greeting, ...tokens, add_generation_prompt: false },
    reasoning: {
        messages: thinking({ reasoning_content: "Two and two.", content: "Four." }), ...tokens, enable_thinking: false,
    },
    thought: { messages: thinking({ content: "<think>\nTwo and two.\n</think>\n\nFour." }), ...tokens },
    tools: { messages: [system, { role: "user", content: "What time is it?" }], tools: [weather, clock], ...tokens },
    call: { messages: called, tools: [weather], ...tokens },
    calls: {
        messages: [
            ...called.slice(0, 2),
            {
                role: "assistant",
                content: "I look.",
                tool_calls: [call("get_weather", { city: "Rome", tags: ["a", "b\"c"] }, "call00001"), call("clock", {}, "call00002")],
            },
            { role: "tool", name: "get_weather", tool_call_id: "call00001", content: "rain" },
            { role: "tool", name: "clock", tool_call_id: "call00002", content: "12:00" },
            { role: "assistant", content: "It rains at noon." },
            { role: "user", content: "Thanks" },
        ],
        tools: [weather, clock], ...tokens,
    },
    parts: { messages: [{ role: "user", content: [{ type: "text", text: "What is " }, { type: "text", text: "2 + 2?" }] }], ...tokens },
    marks: { messages: [{ role: "user", content: "</s><|im_end|>{{ messages }}{% if x %}<tool_call>[INST]" }], ...tokens },
    twice: { messages: [{ role: "user", content: "One" }, { role: "user", content: "Two" }], ...tokens },
    empty: { messages: [], ...tokens },
};
