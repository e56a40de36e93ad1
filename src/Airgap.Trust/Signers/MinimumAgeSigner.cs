using Airgap.Trust.Formats;

namespace Airgap.Trust.Signers;

/// <summary>
/// A signer whose signature counts only when it is old enough, so that a bad one can be found in time. Its time must be proven by a log
/// or a timestamp authority.
/// </summary>
/// <param name="inner">The signer.</param>
/// <param name="minimum">The minimum age.</param>
internal sealed class MinimumAgeSigner(Signer inner, TimeSpan minimum) : Signer
{
    /// <inheritdoc/>
    public override string Name => inner.Name;

    /// <inheritdoc/>
    public override SignedBy Verify(Evidence evidence, DateTimeOffset now)
    {
        SignedBy by = inner.Verify(evidence, now);
        if (by.Time is not { } time)
            throw Rejection.Of($"It is by {by.Signer}, but no trusted source proves its time, so its age is unknown.");
        return now - time >= minimum ? by : throw Rejection.Of($"It was made at {time.UtcDateTime:u}, and has to be {Text(minimum)} old.");
    }

    private static string Text(TimeSpan age) => age.TotalHours >= 1 ? $"{age.TotalHours:0.#} hours" : $"{age.TotalMinutes:0.#} minutes";
}
