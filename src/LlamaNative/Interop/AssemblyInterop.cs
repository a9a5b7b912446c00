using System.Runtime.CompilerServices;

// Every struct that crosses is blittable and every signature is generated, so the runtime's own marshalling is off.
[assembly: DisableRuntimeMarshalling]
