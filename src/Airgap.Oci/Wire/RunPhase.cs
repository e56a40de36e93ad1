namespace Airgap.Oci.Wire;

/// <summary>The phase of a relocation that the running code belongs to, as an attribute of metrics.</summary>
internal static class RunPhase
{
    private static readonly AsyncLocal<string?> s_current = new();

    /// <summary>The phase's name, which also applies to all work started from here. Null outside a relocation.</summary>
    public static string? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>The attribute.</summary>
    public static KeyValuePair<string, object?> Tag => new("airgap.phase", s_current.Value ?? "none");
}
