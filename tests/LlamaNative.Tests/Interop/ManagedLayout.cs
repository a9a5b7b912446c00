using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace LlamaNative.Tests.Interop;

/// <summary>
/// The actual layout of a struct in memory, determined by address arithmetic, because
/// <see cref="System.Runtime.InteropServices.Marshal"/> describes the marshalled copy and not the memory behind a pointer.
/// </summary>
internal static class ManagedLayout
{
    public static FieldInfo[] Fields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    /// <summary>Whether a pointer to the struct may be passed to native code: no references, no bool, no char.</summary>
    public static bool IsBlittable(Type type) =>
        type.IsPointer || type.IsFunctionPointer || type.IsEnum
        || (type.IsPrimitive && type != typeof(bool) && type != typeof(char))
        || (type is { IsValueType: true, IsPrimitive: false, IsAutoLayout: false }
            && Fields(type).All(field => IsBlittable(field.FieldType)));

    public static int SizeOf(Type type)
    {
        // Pointer types cannot be generic arguments.
        if (type.IsPointer || type.IsFunctionPointer)
        {
            return IntPtr.Size;
        }

        MethodInfo sizeOf = typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type);
        return (int)sizeOf.Invoke(null, null)!;
    }

    public static int OffsetOf(FieldInfo field)
    {
        // T local; return (int)(&local.field - &local);
        DynamicMethod method = new("offset", typeof(int), Type.EmptyTypes, typeof(ManagedLayout).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        LocalBuilder local = il.DeclareLocal(field.DeclaringType!);
        il.Emit(OpCodes.Ldloca, local);
        il.Emit(OpCodes.Ldflda, field);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Ldloca, local);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Conv_I4);
        il.Emit(OpCodes.Ret);
        return (int)method.Invoke(null, null)!;
    }
}
