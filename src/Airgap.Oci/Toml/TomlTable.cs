namespace Airgap.Oci.Toml;

/// <summary>
/// A table of a TOML document. A value is a string, long, bool, <see cref="TomlTable"/>, list of values, or <see cref="TomlOther"/>.
/// </summary>
internal sealed class TomlTable
{
    /// <summary>The values by key.</summary>
    public Dictionary<string, object> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>How the table was defined, which determines what may be added to it.</summary>
    public TomlOrigin Origin { get; set; }

    /// <summary>A value of a type; null when there is none, or one of another type.</summary>
    public T? Get<T>(string key)
        where T : class => Values.GetValueOrDefault(key) as T;
}

/// <summary>A value that no reader here needs, as written: a number that is not decimal, a float, a date or time.</summary>
internal sealed record TomlOther(string Text);

/// <summary>The tables of an array of tables, which later headers add to.</summary>
internal sealed class TomlTables : List<object>;

/// <summary>How a table was defined.</summary>
internal enum TomlOrigin
{
    /// <summary>A header named a table in it.</summary>
    Implied,

    /// <summary>A table with its own header.</summary>
    Header,

    /// <summary>A dotted key.</summary>
    Dotted,

    /// <summary>Braces: nothing can be added.</summary>
    Inline,
}

/// <summary>Text that is not TOML.</summary>
internal sealed class TomlException(int line, string problem) : Exception(problem)
{
    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;
}
