using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Publishing.Declarations;

/// <summary>Reads properties with several values. Each method reports an invalid value, with advice, to its callback.</summary>
internal static class PropertyLists
{
    /// <summary>Repositories.</summary>
    public static ImmutableArray<RepositoryName> Repositories(ImmutableArray<string> texts, Action<string, string> refuse)
    {
        ImmutableArray<RepositoryName>.Builder repositories = ImmutableArray.CreateBuilder<RepositoryName>();
        foreach (string text in texts)
        {
            if (RepositoryName.TryParse(text, out RepositoryName? repository, out _))
                repositories.Add(repository);
            else
                refuse(text, "Write HOST/PATH of a repository.");
        }

        return repositories.ToImmutable();
    }

    /// <summary>Formats of a mirror configuration.</summary>
    public static ImmutableArray<MirrorFormat> Formats(ImmutableArray<string> texts, Action<string, string> refuse)
    {
        ImmutableArray<MirrorFormat>.Builder formats = ImmutableArray.CreateBuilder<MirrorFormat>();
        foreach (string text in texts)
        {
            if (MirrorFormats.TryParse(text, out MirrorFormat format))
                formats.Add(format);
            else
                refuse(text, $"Write {string.Join(", ", MirrorFormats.Words)}, or several separated by ';'.");
        }

        return [.. formats.Distinct()];
    }

    /// <summary>Rate limits; null for none.</summary>
    public static ByteRates? Rates(ImmutableArray<string> texts, Action<string, string> refuse)
    {
        if (!RateText.TryParse(texts, out ByteRates rates, out string? wrong))
            refuse(wrong, $"Write {RateText.Forms}, separated by ';', each once.");
        return rates == ByteRates.None ? null : rates;
    }
}
