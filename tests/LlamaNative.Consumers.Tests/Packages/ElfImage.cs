namespace LlamaNative.Consumers.Tests.Packages;

/// <summary>A 64-bit little-endian ELF library (System V gABI, chapters 4 and 5; symbol versions: the LSB).</summary>
internal sealed class ElfImage : NativeImage
{
    private const int SectionDynamic = 6;
    private const int SectionDynamicSymbols = 11;
    private const int SectionVersionNeeds = 0x6FFF_FFFE;

    private readonly byte[] _file;

    private ElfImage(byte[] file) => _file = file;

    /// <summary>The folders searched for libraries before the system's: DT_RUNPATH.</summary>
    public string RunPath { get; private set; } = "";

    /// <summary>The versions of system symbols it was linked to, e.g. <c>GLIBC_2.34</c>.</summary>
    public HashSet<string> SymbolVersions { get; } = [];

    public static new ElfImage Read(byte[] file)
    {
        string processor = U16(file, 18) switch { 62 => "x64", 183 => "arm64", var other => $"machine {other}" };
        var image = new ElfImage(file) { Platform = "linux-" + processor };
        long sections = I64(file, 40);
        (int size, int count) = (U16(file, 58), U16(file, 60));
        for (int i = 0; i < count; i++)
        {
            long header = sections + ((long)i * size);
            long strings = I64(file, sections + (U32(file, header + 40) * size) + 24); // sh_link, sh_offset
            (long offset, long length) = (I64(file, header + 24), I64(file, header + 32));
            switch (U32(file, header + 4))
            {
                case SectionDynamic:
                    image.ReadDynamic(offset, length, strings);
                    break;
                case SectionDynamicSymbols:
                    image.ReadSymbols(offset, length, strings);
                    break;
                case SectionVersionNeeds:
                    image.ReadVersions(offset, (int)U32(file, header + 44), strings);
                    break;
            }
        }

        if (image.Needed.Contains("libc.so")) // musl's; glibc's is libc.so.6
        {
            image.Platform = "linux-musl-" + processor;
        }

        return image;
    }

    private void ReadDynamic(long offset, long length, long strings)
    {
        for (long entry = offset; entry < offset + length; entry += 16)
        {
            switch (I64(_file, entry))
            {
                case 1: // DT_NEEDED
                    Needed.Add(TextAt(_file, strings + I64(_file, entry + 8)));
                    break;
                case 15 or 29: // DT_RPATH, DT_RUNPATH
                    RunPath = TextAt(_file, strings + I64(_file, entry + 8));
                    break;
            }
        }
    }

    private void ReadSymbols(long offset, long length, long strings)
    {
        for (long entry = offset + 24; entry < offset + length; entry += 24)
        {
            string name = TextAt(_file, strings + U32(_file, entry));
            bool undefined = U16(_file, entry + 6) == 0;
            bool weak = _file[entry + 4] >> 4 == 2;
            if (!undefined)
            {
                Exports.Add(name);
            }
            else if (!weak)
            {
                Imports.Add(name);
            }
        }
    }

    private void ReadVersions(long offset, int count, long strings)
    {
        for (long need = offset; count > 0; count--, need += U32(_file, need + 12))
        {
            long version = need + U32(_file, need + 8);
            for (int i = U16(_file, need + 2); i > 0; i--, version += U32(_file, version + 12))
            {
                SymbolVersions.Add(TextAt(_file, strings + U32(_file, version + 8)));
            }
        }
    }
}
