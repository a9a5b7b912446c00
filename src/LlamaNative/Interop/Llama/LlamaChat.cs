using System.Runtime.InteropServices;

namespace LlamaNative.Interop;

/// <summary>llama.h: the fixed list of chat templates built into the native library.</summary>
internal static unsafe partial class LlamaChat
{
    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_chat_apply_template(
        byte* template,
        llama_chat_message* messages,
        nuint count,
        [MarshalAs(UnmanagedType.U1)] bool addAssistant,
        byte* buffer,
        int length);

    [LibraryImport(NativeLibraries.Llama)]
    public static partial int llama_chat_builtin_templates(byte** output, nuint length);
}
