Console.WriteLine("The bundle beside me was relocated when I was published.");
