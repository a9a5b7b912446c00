using System.Runtime.CompilerServices;

// All structs are blittable and LibraryImport generates the marshalling, so runtime marshalling is disabled.
[assembly: DisableRuntimeMarshalling]
