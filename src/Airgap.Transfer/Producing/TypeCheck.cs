using System.Globalization;
using System.Text.RegularExpressions;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Producing;

/// <summary>Checks a document against its declared types, as the JSON decoder of a cluster does.</summary>
/// <param name="problem">Called for each value of the wrong type: the path, the problem (created only when reported),
/// and the advice.</param>
/// <param name="unknown">Called for each unknown key with the path of its object and the known fields.</param>
internal sealed partial class TypeCheck(
    Action<YamlNode, Func<string>, string> problem, Action<YamlScalar, string, IEnumerable<string>> unknown)
{
    private readonly HashSet<YamlNode> _wrong = new(ReferenceEqualityComparer.Instance);

    /// <summary>True for a value that was reported.</summary>
    public bool IsWrong(YamlNode? node) => node is not null && _wrong.Contains(node);

    /// <summary>Checks an object.</summary>
    /// <param name="node">The value; null is valid for every type.</param>
    /// <param name="type">The object's type.</param>
    /// <param name="path">Its path, such as <c>spec.template</c>; empty for the document.</param>
    public void Check(YamlNode node, string type, string path)
    {
        if (node is YamlScalar { IsNull: true })
            return;
        if (node is not YamlMapping mapping)
        {
            Refuse(node, path, "a mapping",
                $"Write the fields of {path} below it: {string.Join(", ", PackageTypes.Of(type).Keys.Order(StringComparer.Ordinal))}.");
            return;
        }

        var fields = PackageTypes.Of(type);
        Dictionary<string, YamlNode> last = new(StringComparer.Ordinal);
        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
        {
            last[key.Text] = value;
            if (!fields.ContainsKey(key.Text))
                unknown(key, path, fields.Keys);
        }

        foreach ((string name, YamlNode value) in last)
        {
            if (fields.TryGetValue(name, out FieldType? field))
                Check(value, field, path.Length == 0 ? name : $"{path}.{name}");
        }
    }

    private void Check(YamlNode node, FieldType field, string path)
    {
        if (field.Form == FieldForm.Any || node is YamlScalar { IsNull: true })
            return;
        FieldType item = field with { IsList = false, IsMap = false };
        if (field.IsList && node is YamlSequence list)
        {
            for (int i = 0; i < list.Items.Count; i++)
                Check(list.Items[i], item, $"{path}[{i}]");
        }
        else if (field.IsMap && node is YamlMapping map)
        {
            foreach ((YamlScalar key, YamlNode value) in map.Entries)
                Check(value, item, $"{path}.{YamlFields.Shorten(key.Text)}");
        }
        else if (field.IsList || field.IsMap)
        {
            Refuse(node, path, field.IsList ? "a list" : "a mapping",
                field.IsList ? "Write each value on its own line, after '- '." : "Write each KEY: VALUE on its own line.");
        }
        else if (field.Fields is { } type)
        {
            Check(node, type, path);
        }
        else
        {
            CheckScalar(node, field.Form, path);
        }
    }

    private void CheckScalar(YamlNode node, FieldForm form, string path)
    {
        (YamlKind kind, string text) = node is YamlScalar scalar ? KindOf(scalar) : (YamlKind.Null, "");
        if (form == FieldForm.Flag)
            Require(kind == YamlKind.Bool, node, path, "true or false", "Write true or false, without quotes.");
        else if (form == FieldForm.Whole)
            Require(IsWhole(kind, text), node, path, "a whole number of 64 bits", "Write a whole number, without quotes.");
        else if (node is not YamlScalar value || kind is not (YamlKind.String or YamlKind.Timestamp))
            Refuse(node, path, "a text",
                node is YamlScalar plain ? $"Put it in quotes: '{YamlFields.Shorten(plain.Text)}'." : "Write one text.");
        else if (form == FieldForm.Time)
            Require(IsTime(value.Text), node, path, "a time of RFC 3339", "Write it as 2026-01-31T12:00:00Z.");
        else if (form == FieldForm.Duration)
            Require(GoDuration.TryParse(value.Text, out _), node, path, "a duration", "Write it as 30s, 10m or 1h30m.");
        else if (form == FieldForm.Range)
            Require(value.Text.Length == 0 || SemverRange.IsValid(value.Text), node, path, "a range of versions",
                "Write comparisons such as '>=1.30.0 <2.0.0' or '1.30.x', with three numbers to a version, no 'v', and blanks around '||'.");
    }

    private void Require(bool isRight, YamlNode node, string path, string wanted, string advice)
    {
        if (!isRight)
            Refuse(node, path, wanted, advice);
    }

    private void Refuse(YamlNode node, string path, string wanted, string advice)
    {
        if (_wrong.Add(node))
            problem(node, () => $"{path} is {Describe(node)}, but must be {wanted}", advice);
    }

    private static string Describe(YamlNode node) => node switch
    {
        YamlMapping => "a mapping",
        YamlSequence => "a list",
        YamlScalar scalar => KindOf(scalar).Kind switch
        {
            YamlKind.Bool => $"the truth value {scalar.Text}",
            YamlKind.Int or YamlKind.Float => $"the number {YamlFields.Shorten(scalar.Text)}",
            _ => $"the text '{YamlFields.Shorten(scalar.Text)}'",
        },
        _ => "nothing",
    };

    private static (YamlKind Kind, string Text) KindOf(YamlScalar scalar) =>
        scalar.IsPlain ? Yaml11.Resolve(scalar.Text) : (YamlKind.String, scalar.Text);

    // A number such as 3.0 is passed on as 3.
    private static bool IsWhole(YamlKind kind, string text) => kind switch
    {
        YamlKind.Int => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        YamlKind.Float => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && double.IsInteger(value) && Math.Abs(value) < 1e18,
        _ => false,
    };

    private static bool IsTime(string text)
    {
        Match match = Time().Match(text);
        return match.Success && Yaml11.IsTime(match);
    }

    [GeneratedRegex(@"^(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})T(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})([.,][0-9]+)?(Z|[-+](?<zoneHour>[0-9]{2}):(?<zoneMinute>[0-9]{2}))\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Time();
}
