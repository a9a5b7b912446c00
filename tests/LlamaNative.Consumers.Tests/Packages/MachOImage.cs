namespace LlamaNative.Consumers.Tests.Packages;

/// <summary>A 64-bit Mach-O library (Apple's mach-o/loader.h).</summary>
internal sealed class MachOImage : NativeImage
{
    /// <summary>The oldest macOS it runs on.</summary>
    public Version MinimumSystem { get; private set; } = new();

    /// <summary>The value of @rpath.</summary>
    public List<string> RunPaths { get; } = [];

    public static new MachOImage Read(byte[] file)
    {
        string processor = U32(file, 4) switch { 0x0100_0007 => "x64", 0x0100_000C => "arm64", var other => $"cputype {other}" };
        var image = new MachOImage { Platform = "osx-" + processor };
        long command = 32;
        for (uint left = U32(file, 16); left > 0; left--, command += U32(file, command + 4))
        {
            switch (U32(file, command))
            {
                case 0xC or 0x8000_0018 or 0x8000_001F: // LC_LOAD_DYLIB, LC_LOAD_WEAK_DYLIB, LC_REEXPORT_DYLIB
                    image.Needed.Add(TextAt(file, command + U32(file, command + 8)));
                    break;
                case 0x8000_001C: // LC_RPATH
                    image.RunPaths.Add(TextAt(file, command + U32(file, command + 8)));
                    break;
                case 0x32: // LC_BUILD_VERSION
                    image.MinimumSystem = new Version((int)(U32(file, command + 12) >> 16), (int)(U32(file, command + 12) >> 8) & 0xFF);
                    break;
                case 0x2: // LC_SYMTAB
                    image.ReadSymbols(file, U32(file, command + 8), U32(file, command + 12), U32(file, command + 16));
                    break;
            }
        }

        return image;
    }

    private void ReadSymbols(byte[] file, uint offset, uint count, uint strings)
    {
        for (uint i = 0; i < count; i++)
        {
            long symbol = offset + (i * 16L);
            byte type = file[symbol + 4];
            if ((type & 0xE0) != 0 || (type & 1) == 0)
            {
                continue; // for debuggers, or not external
            }

            string name = TextAt(file, strings + U32(file, symbol));
            ((type & 0xE) == 0 ? Imports : Exports).Add(name.StartsWith('_') ? name[1..] : name);
        }
    }
}
