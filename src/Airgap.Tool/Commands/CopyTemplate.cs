using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Commands;

/// <summary><c>--repo-template</c> with its <c>--to-repo</c>.</summary>
/// <param name="Template">The template.</param>
/// <param name="Base">Host and prefix.</param>
internal sealed record CopyTemplate(RepositoryTemplate Template, TemplateBase Base)
{
    /// <summary>The destination as shown before the repositories are known.</summary>
    public RelocationDestination.Repository Shown => new(new RepositoryName(Base.Registry, Base.Prefix));

    /// <summary>Reads the template; null when there is none.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRepositoryTemplate"/>, <see cref="ErrorCode.TemplateNotApplicable"/>,
    /// <see cref="ErrorCode.InvalidRepository"/>.</exception>
    public static CopyTemplate? Read(CopyArguments arguments)
    {
        if (arguments.Template is not { } text)
            return null;
        if (arguments.Map.Count > 0)
            throw new AirgapException(
                ErrorCode.TemplateNotApplicable, "Cannot use --repo-template with --map", "Omit one: each determines where images go.");
        if (arguments.ToRepository is not { } destination)
        {
            throw new AirgapException(
                ErrorCode.TemplateNotApplicable,
                "Cannot use --repo-template with an archive as the destination",
                "Use it when you copy the archive to its registry: an archive records where each image comes from.");
        }

        return new CopyTemplate(RepositoryTemplate.Parse(text), TemplateBase.Parse(destination));
    }
}
