using TcmBrain.Decoction.Json;

namespace TcmBrain.Decoction.Recipes;

/// <summary>How long the pieces bear boiling (煎煮类别): 《医疗机构中药煎药室管理规范》 art. 15 knows three kinds.</summary>
[KebabCaseEnum]
public enum DecoctionClass
{
    /// <summary>解表类、清热类、芳香类: short.</summary>
    Light,

    /// <summary>一般.</summary>
    Ordinary,

    /// <summary>滋补类: long, on a slow fire.</summary>
    Tonic,
}
