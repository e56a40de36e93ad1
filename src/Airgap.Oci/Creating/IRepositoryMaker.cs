using Airgap.Oci.Naming;

namespace Airgap.Oci.Creating;

/// <summary>Creates what one kind of registry needs before a push: a repository, or the project above it.</summary>
internal interface IRepositoryMaker
{
    /// <summary>
    /// What is created for a repository, such as <c>the Harbor project HOST/apps</c>. Repositories with the same text share it.
    /// </summary>
    string Describe(RepositoryName repository);

    /// <summary>True if the refusal may mean that this is missing.</summary>
    bool MayMeanMissing(AirgapException refusal);

    /// <summary>
    /// True if the registry tells every user who may create the repository whether it is missing: an unknown state then means that the user
    /// may not.
    /// </summary>
    bool TellsMissing { get; }

    /// <summary>Checks whether it is missing. Changes nothing.</summary>
    /// <returns>Null if unknown.</returns>
    Task<bool?> IsMissingAsync(RepositoryName repository, CancellationToken cancellationToken);

    /// <summary>Creates it.</summary>
    /// <returns>False when it exists already: another process may have created it meanwhile.</returns>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.RepositoryNotCreated"/>, <see cref="ErrorCode.CreationForbidden"/>,
    /// <see cref="ErrorCode.NoCreationCredentials"/>, <see cref="ErrorCode.RepositorySettingsNotApplied"/>.
    /// </exception>
    Task<bool> CreateAsync(RepositoryName repository, CancellationToken cancellationToken);
}
