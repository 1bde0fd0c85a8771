using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Contracts.Events;

namespace TcmBrain.Contracts.Tests.Events;

/// <summary>Events of any type with anything in them that their fields can hold.</summary>
internal static class AnyEvent
{
    private static readonly string[] Texts =
    [
        "",
        "黄芪",
        "quote \" backslash \\ slash / tab \t newline \n",
        "<script>&amp;'+",
        "𠮷 rare",
        "\u0001",
        "é e\u0301",
        "  spaces  ",
        "null",
    ];

    public static Gen<Event> Of(Type type) => Filled(type).Select(value => (Event)value!);

    private static Gen<object?> Of(Type type, bool mayBeNull)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Gen.Frequency((1, Gen.Constant((object?)null)), (3, Of(inner, false)));
        }

        var value =
            type == typeof(string) ? Gen.Elements(Texts).Select(x => (object?)x)
            : type == typeof(Guid) ? Gen.ArrayOf(Gen.Choose(0, 255), 16).Select(x => (object?)new Guid([.. x.Select(b => (byte)b)]))
            : type == typeof(DateTimeOffset) ? Generators.Instants.Select(x => (object?)x)
            : type == typeof(DateOnly) ? Generators.Days.Select(x => (object?)x)
            : type == typeof(Weight) ? Generators.Between(-1_000_000_000_000, 1_000_000_000_000).Select(x => (object?)new Weight(x))
            : type == typeof(long) ? Generators.Between(long.MinValue / 4, long.MaxValue / 4).Select(x => (object?)x)
            : type == typeof(int) ? Gen.Choose(int.MinValue, int.MaxValue).Select(x => (object?)x)
            : type == typeof(byte) ? Gen.Choose(0, 255).Select(x => (object?)(byte)x)
            : type == typeof(bool) ? Gen.Elements(true, false).Select(x => (object?)x)
            : type == typeof(double) ? Gen.Choose(-180_000_000, 180_000_000).Select(x => (object?)(x / 1e6))
            : type.IsArray ? ArrayOf(type.GetElementType()!)
            : Filled(type);
        return mayBeNull ? Gen.Frequency((1, Gen.Constant((object?)null)), (3, value)) : value;
    }

    private static Gen<object?> ArrayOf(Type element) =>
        from length in Gen.Choose(0, 4)
        from items in Gen.ArrayOf(Of(element, false), length)
        select (object?)Copy(items, element);

    private static Array Copy(object?[] items, Type element)
    {
        var array = Array.CreateInstance(element, items.Length);
        Array.Copy(items, array, items.Length);
        return array;
    }

    private static Gen<object?> Filled(Type type)
    {
        var nullability = new NullabilityInfoContext();
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        var parameters = Sequence([.. constructor.GetParameters().Select(p => Of(p.ParameterType, false))]);
        var rest = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && constructor.GetParameters().All(parameter => parameter.Name != p.Name))
            .ToArray();
        var values = Sequence([.. rest.Select(p => Of(p.PropertyType, nullability.Create(p).WriteState == NullabilityState.Nullable))]);
        return from given in parameters from set in values select (object?)Make(constructor, given, rest, set);
    }

    private static object Make(ConstructorInfo constructor, object?[] given, PropertyInfo[] rest, object?[] set)
    {
        var made = constructor.Invoke(given);
        foreach (var (index, property) in rest.Index())
        {
            property.SetValue(made, set[index]);
        }

        return made;
    }

    private static Gen<object?[]> Sequence(Gen<object?>[] generators) =>
        generators.Aggregate(
            Gen.Constant(Array.Empty<object?>()),
            (all, next) => from some in all from one in next select (object?[])[.. some, one]
        );
}
