using Kind = Airgap.TestKit.Sharding.ShardModel.Kind;
using Step = Airgap.TestKit.Sharding.ShardModel.Step;

namespace Airgap.TestKit.Sharding;

/// <summary>
/// Concurrent machines, event by event. The work of a machine is a list of phases, a phase is a list of jobs that its workers take
/// in order, and a job is a list of steps.
/// </summary>
internal sealed class ShardSimulation(ShardWorld world)
{
    private readonly List<Machine> _machines = [];
    private readonly PriorityQueue<(Machine Machine, Job Job), double> _waiting = new();
    private readonly Dictionary<Kind, double> _nextTurn = [];
    private int _streams;

    /// <summary>Adds a machine with its work.</summary>
    public void Add(IReadOnlyList<Step[][]> phases) => _machines.Add(new Machine(phases));

    /// <summary>Runs until all is done.</summary>
    /// <returns>The end of the last machine, and the average of all ends.</returns>
    public (double Last, double Mean) Run()
    {
        double now = world.Start;
        foreach (Machine machine in _machines)
            Fill(machine, now);
        while (true)
        {
            double request = _waiting.TryPeek(out _, out double due) ? due : double.PositiveInfinity;
            (double bytes, Machine? at) = NextStream(now);
            if (double.IsPositiveInfinity(request) && at is null)
                break;
            double next = Math.Min(request, bytes);
            foreach (Machine machine in _machines)
                machine.Moved += RateOf(machine) * (next - now);
            now = next;
            if (request <= bytes)
            {
                (Machine machine, Job job) = _waiting.Dequeue();
                Continue(machine, job, now);
                continue;
            }

            Job finished = at!.Streams.Dequeue();
            _streams--;
            Continue(at, finished, now);
        }

        return (_machines.Max(machine => machine.Ended), _machines.Average(machine => machine.Ended));
    }

    private (double Time, Machine? Machine) NextStream(double now)
    {
        (double Time, Machine? Machine) first = (double.PositiveInfinity, null);
        foreach (Machine machine in _machines)
        {
            if (machine.Streams.TryPeek(out _, out double end)
                && now + (Math.Max(0, end - machine.Moved) / RateOf(machine)) is var time && time < first.Time)
                first = (time, machine);
        }

        return first;
    }

    // All streams of a machine share its line, all streams of all machines the registry.
    private double RateOf(Machine machine) => machine.Streams.Count == 0 ? 0
        : Math.Min(world.Stream, Math.Min(world.Line / machine.Streams.Count, world.Registry / _streams));

    private void Fill(Machine machine, double now)
    {
        while (machine.Active < world.Concurrency && machine.Next() is { } job)
        {
            machine.Active++;
            Begin(machine, job, now);
        }

        if (machine.Active == 0)
            machine.Ended = now;
    }

    private void Continue(Machine machine, Job job, double now)
    {
        if (++job.At < job.Steps.Length)
        {
            Begin(machine, job, now);
            return;
        }

        machine.Active--;
        Fill(machine, now);
    }

    private void Begin(Machine machine, Job job, double now)
    {
        Step step = job.Steps[job.At];
        if (step.Kind == Kind.Bytes)
        {
            machine.Streams.Enqueue(job, machine.Moved + step.Bytes);
            _streams++;
            return;
        }

        double limit = step.Kind switch { Kind.Read => world.Reads, Kind.Upload => world.Uploads, _ => world.Manifests };
        double turn = Math.Max(now, _nextTurn.GetValueOrDefault(step.Kind));
        _nextTurn[step.Kind] = turn + (1 / limit);
        _waiting.Enqueue((machine, job), turn + world.RoundTrip);
    }

    private sealed class Job(Step[] steps)
    {
        public Step[] Steps => steps;

        public int At { get; set; }
    }

    private sealed class Machine(IReadOnlyList<Step[][]> phases)
    {
        private int _phase;
        private int _job;

        public int Active { get; set; }

        /// <summary>Bytes that a stream would have moved if it had existed from the beginning.</summary>
        public double Moved { get; set; }

        public double Ended { get; set; }

        public PriorityQueue<Job, double> Streams { get; } = new();

        // A phase begins when the one before has ended.
        public Job? Next()
        {
            while (_phase < phases.Count)
            {
                if (_job < phases[_phase].Length)
                    return new Job(phases[_phase][_job++]);
                if (Active > 0)
                    return null;
                _phase++;
                _job = 0;
            }

            return null;
        }
    }
}
