using System.Reflection.PortableExecutable;

namespace LlamaNative.Consumers.Tests.Packages;

/// <summary>A PE32+ library (Microsoft's PE format: import, delay-import and export tables).</summary>
internal sealed class PeImage : NativeImage
{
    private readonly byte[] _file;
    private readonly PEHeaders _headers;

    private PeImage(byte[] file, PEHeaders headers) => (_file, _headers) = (file, headers);

    public static new PeImage Read(byte[] file)
    {
        var headers = new PEHeaders(new MemoryStream(file));
        string processor = headers.CoffHeader.Machine switch { Machine.Amd64 => "x64", Machine.Arm64 =>
            "arm64", var other => other.ToString() };
        var image = new PeImage(file, headers) { Platform = "win-" + processor };
        image.ReadImports(headers.PEHeader!.ImportTableDirectory, entrySize: 20, nameAt: 12, thunksAt: 0);
        image.ReadImports(headers.PEHeader.DelayImportTableDirectory, entrySize: 32, nameAt: 4, thunksAt: 16);
        image.ReadExports(headers.PEHeader.ExportTableDirectory);
        return image;
    }

    private void ReadImports(DirectoryEntry table, int entrySize, int nameAt, int thunksAt)
    {
        if (table.Size == 0)
        {
            return;
        }

        for (long entry = Offset(table.RelativeVirtualAddress); U32(_file, entry + nameAt) != 0; entry += entrySize)
        {
            string library = TextAt(_file, Offset(U32(_file, entry + nameAt)));
            Needed.Add(library);
            for (long thunk = Offset(U32(_file, entry + thunksAt)); I64(_file, thunk) is var value && value != 0; thunk += 8)
            {
                if (value > 0) // a negative one is an ordinal
                {
                    Imports.Add(TextAt(_file, Offset((uint)value) + 2));
                }
            }
        }
    }

    private void ReadExports(DirectoryEntry table)
    {
        if (table.Size == 0)
        {
            return;
        }

        long directory = Offset(table.RelativeVirtualAddress);
        long names = Offset(U32(_file, directory + 32));
        for (uint i = 0; i < U32(_file, directory + 24); i++)
        {
            Exports.Add(TextAt(_file, Offset(U32(_file, names + (i * 4)))));
        }
    }

    private long Offset(long address)
    {
        SectionHeader section = _headers.SectionHeaders[_headers.GetContainingSectionIndex(checked((int)address))];
        return address - section.VirtualAddress + section.PointerToRawData;
    }
}
