using System.Reflection;

namespace Airgap.TestKit;

/// <summary>Runs a test with the name of each golden bundle (<c>user1/NAME:v1.0.0</c>) that imgpkg pushed and relocated.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenBundlesAttribute : Attribute, ITestDataSource
{
    /// <summary>True to include the bundle that only the nested bundle pins.</summary>
    public bool Inner { get; init; }

    /// <inheritdoc/>
    public IEnumerable<object?[]> GetData(MethodInfo methodInfo)
    {
        string[] inner = Inner ? ["mid-bundle"] : [];
        string[] names = ["simple-app-bundle", .. inner, "nested-bundle", "index-bundle", "foreign-bundle", "signed-bundle"];
        return names.Select(name => new object?[] { name });
    }

    /// <inheritdoc/>
    public string? GetDisplayName(MethodInfo methodInfo, object?[]? data) => $"{methodInfo.Name} ({data?[0]})";
}
